using System.Net;
using System.Text.Json;
using Agent.Sdk;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Remote.Vault;

/// <summary>Reads the secret, from the engine of keys and values of either version or from any other that answers reads.</summary>
internal sealed partial class VaultSecret(RemoteVault.Arguments arguments, VaultClient client, ILogger logger)
{
    private readonly HashSet<string> _ignored = new(StringComparer.Ordinal);
    private bool _isPlain;

    /// <summary>What was read, and how long it lives.</summary>
    public async Task<(RemoteVault.Exports Exports, VaultTerms Terms)> ReadAsync(string token, CancellationToken stop)
    {
        (string mount, string key) = Split(arguments);
        if (_isPlain)
        {
            VaultAnswer plain = await GetAsync($"{mount}/{key}", token, stop);
            return (Export(plain.Data), plain.Terms);
        }
        try
        {
            VaultAnswer versioned = await GetAsync($"{mount}/data/{key}", token, stop);
            return versioned.Data.ValueKind == JsonValueKind.Object && versioned.Data.TryGetProperty("data", out JsonElement data)
                && data.ValueKind == JsonValueKind.Object
                ? (Export(data), versioned.Terms)
                : throw new InvalidDataException($"{mount}/data/{key}: the answer holds no version of a secret");
        }
        catch (HttpRequestException refused) when (refused.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Forbidden)
        {
            // Only version 2 of the engine has such a path. What others say does not matter: where they refuse too, this one's reason counts.
            if (await TryPlainAsync($"{mount}/{key}", token, stop) is not { } plain)
            {
                throw;
            }
            _isPlain = true;
            return (Export(plain.Data), plain.Terms);
        }
    }

    /// <summary>Where the engine is mounted, and what is read there.</summary>
    public static (string Mount, string Key) Split(RemoteVault.Arguments arguments)
    {
        string path = arguments.Path.Trim('/');
        if (arguments.Key.Length > 0)
        {
            return (path, arguments.Key.Trim('/'));
        }
        int slash = path.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? ("", path) : (path[..slash], path[(slash + 1)..]);
    }

    private async Task<VaultAnswer?> TryPlainAsync(string path, string token, CancellationToken stop)
    {
        try
        {
            VaultAnswer answer = await GetAsync(path, token, stop);
            bool isVersioned = answer.Data.ValueKind == JsonValueKind.Object
                && answer.Data.TryGetProperty("data", out JsonElement data) && data.ValueKind is JsonValueKind.Object or JsonValueKind.Null
                && answer.Data.TryGetProperty("metadata", out JsonElement about) && about.ValueKind == JsonValueKind.Object;
            return answer.Data.ValueKind == JsonValueKind.Object && !isVersioned ? answer : null;
        }
        catch (Exception refused) when (refused is HttpRequestException or InvalidDataException)
        {
            return null;
        }
    }

    private Task<VaultAnswer> GetAsync(string path, string token, CancellationToken stop) =>
        client.SendAsync(new VaultRequest(HttpMethod.Get, path) { Token = token }, stop);

    private RemoteVault.Exports Export(JsonElement data)
    {
        var found = new List<KeyValuePair<string, Secret>>();
        if (data.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty field in data.EnumerateObject())
            {
                if (field.Value.ValueKind == JsonValueKind.String)
                {
                    found.Add(new(field.Name, new Secret(field.Value.GetString()!)));
                }
                else if (_ignored.Add(field.Name))
                {
                    LogIgnored(field.Name, field.Value.ValueKind);
                }
            }
        }
        found.Sort(static (one, other) => string.CompareOrdinal(one.Key, other.Key));
        return new RemoteVault.Exports(new ValueMap<Secret>(found));
    }

    [LoggerMessage(LogLevel.Warning, "found field in secret which cannot be converted into a string: key={Key} type={Type}")]
    private partial void LogIgnored(string key, JsonValueKind type);
}
