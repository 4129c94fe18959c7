using System.Globalization;
using System.Text;
using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Formatting;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Percent escapes of URLs, as Go's net/url has them.</summary>
internal static class UrlText
{
    /// <summary>Signs that need no escape beside letters and digits: in a query's values, a path, a fragment, a user's name.</summary>
    public const string QuerySafe = "-_.~";
    public const string PathSafe = "-_.~$&+,/:;=@";
    public const string FragmentSafe = "-_.~$&+,/:;=?@!()*'";
    public const string UserSafe = "-_.~$&+,;=";
    public const string HostSafe = "-_.~!$&'()*+,;=:[]<>\"%";

    public static GoValue Escape(TemplateRun run, string text, string safe, bool plusForSpace)
    {
        var escaped = new LimitedText(run);
        foreach (char each in text)
        {
            if (char.IsAsciiLetterOrDigit(each) || safe.Contains(each))
            {
                escaped.Append(each);
            }
            else if (each == ' ' && plusForSpace)
            {
                escaped.Append('+');
            }
            else
            {
                escaped.Append('%').Append(((int)each).ToString("X2", CultureInfo.InvariantCulture));
            }
        }
        return escaped.ToValue();
    }

    /// <summary>False with Go's message where a percent sign begins no escape.</summary>
    public static bool TryUnescape(string text, out string plain, out string error)
    {
        var unescaped = new StringBuilder(text.Length);
        (plain, error) = ("", "");
        for (int at = 0; at < text.Length; at++)
        {
            if (text[at] != '%')
            {
                unescaped.Append(text[at]);
                continue;
            }
            if (at + 2 >= text.Length || !byte.TryParse(text.AsSpan(at + 1, 2), NumberStyles.AllowHexSpecifier, null, out byte value))
            {
                error = "invalid URL escape " + GoQuoting.Quote(text.Substring(at, Math.Min(3, text.Length - at)));
                return false;
            }
            unescaped.Append((char)value);
            at += 2;
        }
        plain = unescaped.ToString();
        return true;
    }
}
