using System.Globalization;
using System.Text;
using Agent.Components.Common.GoTemplate.Values;
using Agent.Sdk;

namespace Agent.Components.Common.GoTemplate.Formatting;

/// <summary>Writes JSON as Go's encoding/json does: sorted keys, shortest numbers.</summary>
internal sealed class JsonWriter(LimitedText output, bool escapesHtml, bool isPretty)
{
    private const int MaxDepth = 200;

    // Go writes plain decimals from 1e-6 to below 1e21.
    private const double PlainFrom = 1e-6;
    private const double PlainBelow = 1e21;

    /// <summary>What cannot be written, in Go's words; null where all was.</summary>
    public string? Error { get; private set; }

    public void Write(GoValue value) => Write(value, 0);

    private void Write(GoValue value, int depth)
    {
        if (!output.IsOpen || Error is not null)
        {
            return;
        }
        if (depth > MaxDepth)
        {
            Error = "json: unsupported value: encountered a cycle";
            return;
        }
        switch (value.Kind)
        {
            case GoKind.Bool:
                output.Append(value.AsBool ? "true" : "false");
                break;
            case GoKind.String:
                WriteText(value.AsText);
                break;
            case GoKind.Float64:
                WriteFloat(value.AsFloat);
                break;
            case GoKind.Slice or GoKind.Map when !value.IsNilReference:
                WriteItems(value, depth);
                break;
            case GoKind.Struct:
                WriteText(GoText.FromString(value.AsTime.Format("2006-01-02T15:04:05.999999999Z07:00")));
                break;
            case GoKind.Ptr when !value.IsNilReference:
                WriteText(value.AsVersion.ToString());
                break;
            case GoKind.Complex128:
                Error = "json: unsupported type: complex128";
                break;
            case GoKind.Int or GoKind.Int32 or GoKind.Int64 or GoKind.Uint8:
                output.Append(value.AsInt.ToString(CultureInfo.InvariantCulture));
                break;
            case GoKind.Uint64:
                output.Append(((ulong)value.AsInt).ToString(CultureInfo.InvariantCulture));
                break;
            default:
                output.Append("null");
                break;
        }
    }

    private void WriteItems(GoValue value, int depth)
    {
        (char open, char close) = value.IsMap ? ('{', '}') : ('[', ']');
        output.Append(open);
        bool first = true;
        if (value.IsMap)
        {
            foreach ((string key, GoValue item) in value.AsMap.Sorted())
            {
                StartItem(ref first, depth);
                WriteText(key);
                output.Append(isPretty ? ": " : ":");
                Write(item, depth + 1);
            }
        }
        else
        {
            foreach (GoValue item in value.AsList)
            {
                StartItem(ref first, depth);
                Write(item, depth + 1);
            }
        }
        if (!first && isPretty)
        {
            output.Append('\n').Append(' ', 2 * depth);
        }
        output.Append(close);
    }

    private void StartItem(ref bool first, int depth)
    {
        output.Append(first ? "" : ",");
        first = false;
        if (isPretty)
        {
            output.Append('\n').Append(' ', 2 * (depth + 1));
        }
    }

    private void WriteFloat(double value)
    {
        if (!double.IsFinite(value))
        {
            Error = "json: unsupported value: " + GoFloat.Format(value, 'g');
            return;
        }
        double magnitude = Math.Abs(value);
        string text = GoFloat.Format(value, magnitude != 0 && magnitude is < PlainFrom or >= PlainBelow ? 'e' : 'f');
        // e-09 is written e-9.
        output.Append(text.Length >= 4 && text[^4..^1] == "e-0" ? text[..^2] + text[^1] : text);
    }

    private void WriteText(string text)
    {
        output.Append('"');
        for (int at = 0; at < text.Length;)
        {
            Rune rune = GoText.RuneAt(text, at, out int width);
            string? escaped = width == 1 && text[at] >= 0x80 ? "\\ufffd" : Escape(rune);
            output.Append(escaped ?? text.AsSpan(at, width));
            at += width;
        }
        output.Append('"');
    }

    private string? Escape(Rune rune) => rune.Value switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        '\b' => "\\b",
        '\f' => "\\f",
        < ' ' or 0x2028 or 0x2029 => "\\u" + rune.Value.ToString("x4", CultureInfo.InvariantCulture),
        '<' or '>' or '&' when escapesHtml => "\\u" + rune.Value.ToString("x4", CultureInfo.InvariantCulture),
        _ => null,
    };
}
