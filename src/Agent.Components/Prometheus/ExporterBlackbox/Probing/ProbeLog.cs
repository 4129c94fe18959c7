using System.Buffers;
using System.Globalization;
using System.Text;
using Agent.Wire;

namespace Agent.Components.Prometheus.ExporterBlackbox.Probing;

/// <summary>What a probe has to tell, as logfmt: shown to who asks with <c>debug=true</c>. Bounded, however much a target sends.</summary>
internal sealed class ProbeLog(TimeProvider time, string module, string target)
{
    private const int MostCharacters = 256 * 1024;
    private const int LongestValue = 1024;

    private static readonly SearchValues<char> Quoted = SearchValues.Create(" =\"\n\r\t\\");

    private readonly StringBuilder _text = new();

    /// <summary>The last error, for the component's own log; empty where there was none.</summary>
    public string LastError { get; private set; } = "";

    public void Debug(string message, params ReadOnlySpan<(string Name, object? Value)> pairs) => Write("debug", message, pairs);

    public void Warn(string message, params ReadOnlySpan<(string Name, object? Value)> pairs)
    {
        LastError = message;
        Write("warn", message, pairs);
    }

    public void Error(string message, params ReadOnlySpan<(string Name, object? Value)> pairs)
    {
        LastError = pairs.Length > 0 && pairs[^1].Name == "err" ? $"{message}: {pairs[^1].Value}" : message;
        Write("error", message, pairs);
    }

    public override string ToString() => _text.ToString();

    /// <summary>The text in double quotes, as Go writes it.</summary>
    public static string Quote(string text)
    {
        using var quoted = new GrowableBuffer();
        GoQuote.Append(quoted, Encoding.UTF8.GetBytes(text));
        return Encoding.UTF8.GetString(quoted.Written);
    }

    private void Write(string level, string message, ReadOnlySpan<(string Name, object? Value)> pairs)
    {
        if (_text.Length > MostCharacters)
        {
            return;
        }
        _text.Append(CultureInfo.InvariantCulture, $"ts={time.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} level={level}");
        Append("module", module);
        Append("target", target);
        Append("msg", message);
        foreach ((string name, object? value) in pairs)
        {
            Append(name, Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
        }
        _text.Append('\n');
    }

    private void Append(string name, string value)
    {
        value = value.Length > LongestValue ? value[..LongestValue] + "..." : value;
        _text.Append(' ').Append(name).Append('=');
        if (value.Length > 0 && !value.AsSpan().ContainsAny(Quoted))
        {
            _text.Append(value);
            return;
        }
        _text.Append(Quote(value));
    }
}
