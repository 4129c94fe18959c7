using System.Globalization;
using System.Text;

namespace Agent.Components.Prometheus.ExporterUnix.Supervisord;

/// <summary>A process as supervisord tells it.</summary>
internal sealed record SupervisordProcess
{
    private const long Starting = 10;
    private const long Running = 20;
    private const long Stopping = 40;

    public string Name { get; init; } = "";

    public string Group { get; init; } = "";

    public long Start { get; init; }

    public long State { get; init; }

    public long ExitStatus { get; init; }

    public bool IsRunning => State is Starting or Running or Stopping;
}

/// <summary>Reads the reply of supervisor.getAllProcessInfo: an array of structures, whose members are strings and whole numbers.</summary>
/// <remarks>
/// Only what XML-RPC needs of XML: elements without attributes of interest, text, the predefined and numeric entities, comments and
/// processing instructions to skip. No document types, hence nothing that expands.
/// </remarks>
internal static class SupervisordReply
{
    public static List<SupervisordProcess> Parse(string xml)
    {
        var processes = new List<SupervisordProcess>();
        SupervisordProcess process = new();
        string member = "";
        string text = "";
        bool fault = false;
        int at = 0;
        while (Next(xml, ref at, ref text, out ReadOnlySpan<char> tag))
        {
            switch (tag)
            {
                case "fault":
                    fault = true;
                    break;
                case "struct":
                    process = new SupervisordProcess();
                    break;
                case "/name":
                    member = text.Trim();
                    break;
                case "/value" when fault && member == "faultString":
                    throw new CollectorException($"cannot ask supervisord: it answers {text}");
                case "/value":
                    process = With(process, member, text);
                    member = "";
                    break;
                case "/struct" when !fault:
                    processes.Add(process);
                    break;
                default:
                    break;
            }
        }
        return at > 0 && xml.Contains("</methodResponse", StringComparison.Ordinal)
            ? processes
            : throw new CollectorException("cannot read what supervisord answers: it is no XML-RPC reply, or ends early");
    }

    /// <summary>Moves behind the next tag. The text between tags stays until another one has some.</summary>
    private static bool Next(string xml, ref int at, ref string text, out ReadOnlySpan<char> tag)
    {
        tag = default;
        int open = xml.IndexOf('<', at);
        if (open < 0)
        {
            return false;
        }
        ReadOnlySpan<char> between = xml.AsSpan(at, open - at);
        bool comment = xml.AsSpan(open).StartsWith("<!--", StringComparison.Ordinal);
        int close = comment ? xml.IndexOf("-->", open, StringComparison.Ordinal) + 2 : xml.IndexOf('>', open);
        if (close <= open)
        {
            return false;
        }
        at = close + 1;
        tag = xml.AsSpan(open + 1, close - open - 1);
        bool isEnd = tag.StartsWith("/");
        if (!isEnd)
        {
            // An element opens: what it holds is not known to be anything yet, such as the empty string.
            text = "";
        }
        else if (!between.IsWhiteSpace())
        {
            text = Unescape(between);
        }
        int space = tag.IndexOfAny(" \t\r\n/".AsSpan()[..]);
        tag = isEnd ? tag.TrimEnd() : space < 0 ? tag : tag[..space];
        return true;
    }

    private static SupervisordProcess With(SupervisordProcess process, string member, string text) => member switch
    {
        "name" => process with { Name = text },
        "group" => process with { Group = text },
        "start" => process with { Start = Number(member, text) },
        "state" => process with { State = Number(member, text) },
        "exitstatus" => process with { ExitStatus = Number(member, text) },
        _ => process,
    };

    private static long Number(string member, string text) =>
        long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw new CollectorException($"cannot read what supervisord answers: {member} is \"{text}\", which is no whole number");

    private static string Unescape(ReadOnlySpan<char> text)
    {
        if (!text.Contains('&'))
        {
            return new string(text);
        }
        var plain = new StringBuilder(text.Length);
        while (!text.IsEmpty)
        {
            int start = text.IndexOf('&');
            int end = start < 0 ? -1 : text[start..].IndexOf(';') + start;
            if (end <= start)
            {
                plain.Append(text);
                break;
            }
            plain.Append(text[..start]).Append(Entity(text[(start + 1)..end]));
            text = text[(end + 1)..];
        }
        return plain.ToString();
    }

    private static string Entity(ReadOnlySpan<char> name)
    {
        if (name.StartsWith("#"))
        {
            bool hex = name.StartsWith("#x");
            bool known = int.TryParse(
                name[(hex ? 2 : 1)..], hex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out int code);
            return known && Rune.IsValid(code) ? new Rune(code).ToString() : "\ufffd";
        }
        return name switch { "lt" => "<", "gt" => ">", "amp" => "&", "quot" => "\"", "apos" => "'", _ => $"&{name};" };
    }
}
