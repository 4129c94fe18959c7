using System.Buffers;

namespace Agent.Wire.Exposition;

/// <summary>Decides by a Content-Type header how an answer is read, as Prometheus 3 does: strictly, with a fallback that the user names.</summary>
public static class ExpositionContentType
{
    private static readonly SearchValues<char> TokenChars =
        SearchValues.Create("!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz{|}~");

    private static readonly SearchValues<char> Blanks = SearchValues.Create(" \t\r\n\v\f");

    /// <param name="contentType">The header, empty where the target sent none.</param>
    /// <param name="fallback">Media type to take where the header is missing, broken or unknown; null for none.</param>
    /// <param name="problem">
    /// With a true result a warning that the fallback was taken, or null; with a false one why the answer cannot be read.
    /// </param>
    public static bool TryChoose(string contentType, string? fallback, out ExpositionFormat format, out string? problem)
    {
        problem = null;
        bool hasFallback = TryFormat(MediaTypeOf(fallback ?? "", out _), out ExpositionFormat other);
        string wanted = hasFallback ? $", using fallback_scrape_protocol \"{fallback}\"" : " and no fallback_scrape_protocol specified for target";
        if (contentType.Length == 0)
        {
            problem = "non-compliant scrape target sending blank Content-Type" + wanted;
        }
        else if (MediaTypeOf(contentType, out string? broken) is not { } mediaType)
        {
            problem = $"cannot parse received Content-Type \"{contentType}\"{wanted}: {broken}";
        }
        else if (!TryFormat(mediaType, out format))
        {
            problem = $"received unsupported Content-Type \"{contentType}\"{wanted}";
        }
        else
        {
            return true;
        }
        format = other;
        return hasFallback;
    }

    private static bool TryFormat(string? mediaType, out ExpositionFormat format)
    {
        format = mediaType switch
        {
            "application/openmetrics-text" => ExpositionFormat.OpenMetrics,
            "application/vnd.google.protobuf" => ExpositionFormat.Protobuf,
            _ => ExpositionFormat.PrometheusText,
        };
        return format != ExpositionFormat.PrometheusText || mediaType == "text/plain";
    }

    /// <summary>The type without parameters, in lower case; null where type or parameters are broken. Mirrors Go's mime.ParseMediaType.</summary>
    private static string? MediaTypeOf(string header, out string? broken)
    {
        broken = null;
        int end = header.IndexOf(';', StringComparison.Ordinal);
        string type = (end < 0 ? header : header[..end]).Trim().ToLowerInvariant();
        if (!IsType(type))
        {
            broken = "no media type";
            return null;
        }
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        ReadOnlySpan<char> rest = end < 0 ? default : header.AsSpan(end);
        while (!(rest = TrimStart(rest)).IsEmpty)
        {
            if (!TryParameter(ref rest, out string name))
            {
                if (rest.Trim().SequenceEqual(";"))
                {
                    break;
                }
                broken = "invalid media parameter";
                return null;
            }
            if (!names.Add(name))
            {
                broken = "duplicate parameter name";
                return null;
            }
        }
        return type;
    }

    private static bool IsType(string type)
    {
        int slash = type.IndexOf('/', StringComparison.Ordinal);
        ReadOnlySpan<char> main = slash < 0 ? type : type.AsSpan(0, slash);
        ReadOnlySpan<char> sub = slash < 0 ? "x" : type.AsSpan(slash + 1);
        return IsToken(main) && IsToken(sub);
    }

    private static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenChars);

    private static bool TryParameter(ref ReadOnlySpan<char> text, out string name)
    {
        name = "";
        if (text[0] != ';')
        {
            return false;
        }
        ReadOnlySpan<char> rest = TrimStart(text[1..]);
        int length = TokenLength(rest);
        name = rest[..length].ToString();
        rest = TrimStart(rest[length..]);
        if (length == 0 || rest.IsEmpty || rest[0] != '=')
        {
            return false;
        }
        rest = TrimStart(rest[1..]);
        int value = !rest.IsEmpty && rest[0] == '"' ? QuotedLength(rest) : TokenLength(rest);
        if (value == 0)
        {
            return false;
        }
        text = rest[value..];
        return true;
    }

    private static ReadOnlySpan<char> TrimStart(ReadOnlySpan<char> text)
    {
        int start = text.IndexOfAnyExcept(Blanks);
        return start < 0 ? default : text[start..];
    }

    private static int TokenLength(ReadOnlySpan<char> text)
    {
        int length = text.IndexOfAnyExcept(TokenChars);
        return length < 0 ? text.Length : length;
    }

    private static int QuotedLength(ReadOnlySpan<char> text)
    {
        for (int at = 1; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '"':
                    return at + 1;
                case '\\':
                    at++;
                    break;
                case '\r' or '\n':
                    return 0;
            }
        }
        return 0;
    }
}
