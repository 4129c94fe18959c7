using System.Diagnostics.CodeAnalysis;

namespace Agent.Sdk.Decoding;

/// <summary>How the types that users write as text are read.</summary>
internal static class TextParsers
{
    public static bool Uri(string text, [MaybeNullWhen(false)] out Uri uri, [NotNullWhen(false)] out string? error)
    {
        error = System.Uri.TryCreate(text, UriKind.Absolute, out uri)
            ? null
            : "is not a valid URL: it needs a scheme and a host, such as http://host:port/path";
        return error is null;
    }

    public static bool Duration(string text, out TimeSpan duration, [NotNullWhen(false)] out string? error) =>
        GoDuration.TryParse(text, out duration, out error);

    public static bool Bytes(string text, out ByteSize size, [NotNullWhen(false)] out string? error) =>
        ByteSize.TryParse(text, out size, out error);
}
