using System.Buffers;
using System.Text.Unicode;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>Structured data of RFC 5424: <c>[id name="value" …][id …]</c>.</summary>
internal static class StructuredData
{
    /// <summary>Comparing each name with all before it must not grow without bounds.</summary>
    private const int MostElements = 64;

    private const int LongestName = 32;
    private const string ExpectedElements = "a structured data section of at most 64 elements (`[id( key=\"value\")*]+`) or a nil value";
    private const string ExpectedId = "a structured data element id (from 1 to max 32 US-ASCII characters; except `=`, ` `, `]`, and `\"`)";

    private const string ExpectedParameter =
        "a structured data parameter (`key=\"value\"`; the key from 1 to max 32 US-ASCII characters, the value in UTF-8 with `]`, `\"` and `\\` escaped)";

    // Graphic characters but = ] "
    private static readonly SearchValues<byte> NameBytes = SearchValues.Create(
        [.. Enumerable.Range('!', '~' - '!' + 1).Where(static code => code is not ('=' or ']' or '"')).Select(static code => (byte)code)]);

    private static readonly SearchValues<byte> ValueStops = SearchValues.Create("\"]\\"u8);

    /// <summary>Checks and passes over one or more elements; gives what is expected where it stopped, or null.</summary>
    public static string? Take(ref SyslogScanner scanner)
    {
        Span<Range> ids = stackalloc Range[MostElements];
        int count = 0;
        while (scanner.Take('['))
        {
            int start = scanner.At;
            if (count == MostElements)
            {
                return ExpectedElements;
            }
            if (!TakeName(ref scanner))
            {
                return ExpectedId;
            }
            ids[count] = start..scanner.At;
            for (int i = 0; i < count; i++)
            {
                if (scanner.Input[ids[i]].SequenceEqual(scanner.Input[ids[count]]))
                {
                    return "no structured data element id twice";
                }
            }
            count++;
            while (scanner.Take(' '))
            {
                if (!TakeParameter(ref scanner))
                {
                    return ExpectedParameter;
                }
            }
            if (!scanner.Take(']'))
            {
                return ExpectedParameter;
            }
        }
        return count == 0 ? ExpectedElements : null;
    }

    private static bool TakeName(ref SyslogScanner scanner)
    {
        int length = scanner.Rest.IndexOfAnyExcept(NameBytes);
        length = length < 0 ? scanner.Rest.Length : length;
        scanner.At += Math.Min(length, LongestName);
        return length is > 0 and <= LongestName;
    }

    private static bool TakeParameter(ref SyslogScanner scanner)
    {
        if (!TakeName(ref scanner) || !scanner.Take('=') || !scanner.Take('"'))
        {
            return false;
        }
        int start = scanner.At;
        while (true)
        {
            int stop = scanner.Rest.IndexOfAny(ValueStops);
            if (stop < 0)
            {
                return false;
            }
            scanner.At += stop;
            if (scanner.Next == '\\')
            {
                // The byte after it is no stop, whatever it is.
                scanner.At += Math.Min(2, scanner.Rest.Length);
                continue;
            }
            return Utf8.IsValid(scanner.Input[start..scanner.At]) && scanner.Take('"');
        }
    }
}

/// <summary>One parameter, or an element without any.</summary>
/// <param name="Id">The element's name.</param>
/// <param name="Name">The parameter's name; empty where the element has none.</param>
/// <param name="Value">The parameter's value with its escapes.</param>
internal readonly record struct StructuredDataParameter(Range Id, Range Name, Range Value);

/// <summary>Goes through well-formed structured data; an element without parameters comes once.</summary>
internal ref struct StructuredDataReader(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private int _at;
    private Range _id;

    public bool TryRead(out StructuredDataParameter parameter)
    {
        if (_at < _text.Length && _text[_at] == ']')
        {
            _at++;
        }
        parameter = default;
        if (_at >= _text.Length)
        {
            return false;
        }
        if (_text[_at] == '[')
        {
            int idStart = _at + 1;
            _at = idStart + _text[idStart..].IndexOfAny((byte)' ', (byte)']');
            _id = idStart.._at;
            if (_text[_at] == ']')
            {
                parameter = new StructuredDataParameter(_id, default, default);
                return true;
            }
        }
        int nameStart = _at + 1;
        int equals = nameStart + _text[nameStart..].IndexOf((byte)'=');
        int valueStart = equals + 2;
        int valueEnd = valueStart;
        while (_text[valueEnd] != '"')
        {
            valueEnd += _text[valueEnd] == '\\' ? 2 : 1;
        }
        _at = valueEnd + 1;
        parameter = new StructuredDataParameter(_id, nameStart..equals, valueStart..valueEnd);
        return true;
    }
}
