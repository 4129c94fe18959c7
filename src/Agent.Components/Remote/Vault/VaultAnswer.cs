using System.Text.Json;

namespace Agent.Components.Remote.Vault;

/// <summary>How long something lives that Vault gave away.</summary>
/// <param name="Id">Of its lease; empty where there is none to be renewed by.</param>
/// <param name="Length">Zero where it does not end.</param>
/// <param name="IsRenewable">Whether more time can be had for it.</param>
internal sealed record VaultTerms(string Id, TimeSpan Length, bool IsRenewable);

/// <summary>What Vault answered.</summary>
internal sealed record VaultAnswer
{
    private static readonly TimeSpan LongestLease = TimeSpan.FromDays(36_500);

    /// <summary>The answer without content.</summary>
    public static VaultAnswer Empty { get; } = new() { Terms = new VaultTerms("", TimeSpan.Zero, false) };

    /// <summary>Of what is read; those of a token are its own.</summary>
    public required VaultTerms Terms { get; init; }

    /// <summary>An object, or undefined.</summary>
    public JsonElement Data { get; init; }

    /// <summary>The token that a login gave; null with others.</summary>
    public string? Token { get; init; }

    /// <exception cref="InvalidDataException">It is none.</exception>
    public static VaultAnswer Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            JsonElement root = document.RootElement;
            bool isLogin = root.TryGetProperty("auth", out JsonElement auth) && auth.ValueKind == JsonValueKind.Object;
            return new VaultAnswer
            {
                Terms = isLogin ? TermsOf(auth) : TermsOf(root),
                Token = isLogin ? TextOf(auth, "client_token") : null,
                Data = root.TryGetProperty("data", out JsonElement data) ? data.Clone() : default,
            };
        }
        catch (Exception invalid) when (invalid is JsonException or InvalidOperationException or FormatException)
        {
            // Its message may quote what stands there.
            throw new InvalidDataException("cannot understand the server's answer: it is not what Vault would say", invalid);
        }
    }

    /// <summary>What an answer that is a refusal gives as reasons; empty where it gives none.</summary>
    public static string ErrorsIn(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("errors", out JsonElement errors) && errors.ValueKind == JsonValueKind.Array
                ? string.Join("; ", errors.EnumerateArray().Select(static error => error.ToString().Trim().ReplaceLineEndings(" ")))
                : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    /// <summary>The text of a field of an object; empty where it has none.</summary>
    public static string TextOf(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement field) && field.ValueKind == JsonValueKind.String
            ? field.GetString()!
            : "";

    private static VaultTerms TermsOf(JsonElement element)
    {
        double seconds = element.TryGetProperty("lease_duration", out JsonElement length) && length.ValueKind == JsonValueKind.Number
            ? length.GetDouble()
            : 0;
        bool isRenewable = element.TryGetProperty("renewable", out JsonElement renewable) && renewable.ValueKind == JsonValueKind.True;
        return new VaultTerms(
            TextOf(element, "lease_id"), TimeSpan.FromSeconds(Math.Clamp(seconds, 0, LongestLease.TotalSeconds)), isRenewable);
    }
}
