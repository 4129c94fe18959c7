using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Logging;

/// <summary>Writes one log record as Alloy does: <c>ts=… level=… msg=… key=value</c>, or the same as a JSON object.</summary>
internal static class LogLineWriter
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'";
    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(" =\"\n\r\t\\");

    public static void Write(ArrayBufferWriter<byte> output, LogFormat format, DateTimeOffset time, LogRecordText record)
    {
        string timestamp = time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture);
        if (format == LogFormat.Json)
        {
            WriteJson(output, timestamp, record);
        }
        else
        {
            WriteLogfmt(output, timestamp, record);
        }
        output.Write("\n"u8);
    }

    private static void WriteLogfmt(ArrayBufferWriter<byte> output, string timestamp, LogRecordText record)
    {
        var text = new StringBuilder("ts=").Append(timestamp).Append(" level=").Append(NameOf(record.Level));
        Pair(text, "msg", record.Message);
        foreach ((string key, string value) in Fields(record))
        {
            Pair(text, key, value);
        }
        Encoding.UTF8.GetBytes(text.ToString(), output);
    }

    private static void WriteJson(ArrayBufferWriter<byte> output, string timestamp, LogRecordText record)
    {
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteString("ts", timestamp);
        json.WriteString("level", NameOf(record.Level));
        json.WriteString("msg", record.Message);
        foreach ((string key, string value) in Fields(record))
        {
            json.WriteString(key, value);
        }
        json.WriteEndObject();
    }

    private static IEnumerable<(string Key, string Value)> Fields(LogRecordText record)
    {
        foreach ((string key, object? value) in record.Origin)
        {
            yield return (key, Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
        }
        if (record.Exception is not null)
        {
            yield return ("err", record.Exception.ToString());
        }
    }

    private static void Pair(StringBuilder text, string key, string value)
    {
        text.Append(' ').Append(key).Append('=');
        if (value.Length > 0 && !value.AsSpan().ContainsAny(NeedsQuotes) && !value.AsSpan().ContainsAnyInRange('\0', '\x1f'))
        {
            text.Append(value);
        }
        else
        {
            text.Append(Agent.Syntax.StringLiteral.Quote(value));
        }
    }

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        _ => "error",
    };
}
