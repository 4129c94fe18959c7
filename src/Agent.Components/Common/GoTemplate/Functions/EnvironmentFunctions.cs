using System.Net;
using System.Net.Sockets;
using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Formatting;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Sprig's functions that look at the machine: environment variables and host names.</summary>
internal static class EnvironmentFunctions
{
    public static void AddTo(FunctionSet functions) => functions
        .AddText("env", Read)
        .Add("expandenv", FunctionSet.OneText, static (run, a) => Expand(run, a[0].AsText))
        .Add("getHostByName", FunctionSet.OneText, LookUp);

    private static string Read(string name) => GoText.FromString(Environment.GetEnvironmentVariable(GoText.ToString(name)) ?? "");

    // $name, ${name} and shell's special names of one character.
    private static GoValue Expand(TemplateRun run, string text)
    {
        var expanded = new LimitedText(run);
        for (int at = 0; at < text.Length;)
        {
            if (text[at] != '$' || at + 1 == text.Length)
            {
                expanded.Append(text[at++]);
                continue;
            }
            int start = at + 1;
            if (text[start] == '{')
            {
                int close = text.IndexOf('}', start);
                expanded.Append(close > start + 1 ? Read(text[(start + 1)..close]) : "");
                at = close < 0 ? start + 1 : close + 1;
                continue;
            }
            int end = start;
            while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
            {
                end++;
            }
            if (end > start && char.IsAsciiDigit(text[start]))
            {
                end = start + 1;
            }
            else if (end == start && "*#$@!?-".Contains(text[start]))
            {
                end++;
            }
            _ = end == start ? expanded.Append('$') : expanded.Append(Read(text[start..end]));
            at = end;
        }
        return expanded.ToValue();
    }

    // As slow as the system's resolver: sprig has it, and nothing else asks for names.
    private static GoValue LookUp(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        try
        {
            IPAddress[] addresses = Dns.GetHostAddresses(GoText.ToString(arguments[0].AsText));
            return addresses.Length > 0 ? GoValue.Of(addresses[Random.Shared.Next(addresses.Length)].ToString()) : run.Raise("no such host");
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            return run.Raise("no such host");
        }
    }
}
