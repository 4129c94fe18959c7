using System.Text;

namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>Makes names of drivers and kernels fit for metrics.</summary>
internal static class MetricName
{
    /// <summary>
    /// A run of what is no letter, digit or underscore becomes one underscore, together with underscores around it: "Queue[0] x" is
    /// Queue_0_x.
    /// </summary>
    public static string Clean(string name)
    {
        if (name.All(IsPlain))
        {
            return name;
        }
        var clean = new StringBuilder(name.Length);
        for (int i = 0; i < name.Length;)
        {
            if (char.IsAsciiLetterOrDigit(name[i]))
            {
                clean.Append(name[i++]);
                continue;
            }
            int underscores = Run(name, i, static c => c == '_');
            int foreign = Run(name, i + underscores, static c => !IsPlain(c));
            clean.Append(foreign > 0 ? "_" : name.AsSpan(i, underscores));
            i += underscores + foreign;
            i += foreign > 0 ? Run(name, i, static c => c == '_') : 0;
        }
        return clean.ToString();
    }

    private static int Run(string text, int from, Func<char, bool> belongs)
    {
        int end = from;
        while (end < text.Length && belongs(text[end]))
        {
            end++;
        }
        return end - from;
    }

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';
}
