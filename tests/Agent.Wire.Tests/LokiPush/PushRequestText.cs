using System.Globalization;
using System.Text;
using System.Text.Json;
using Agent.Wire.LokiPush;

namespace Agent.Wire.Tests.LokiPush;

/// <summary>A push request as text that tests compare, from the golden data and from bytes.</summary>
internal static class PushRequestText
{
    public static string Of(JsonElement streams)
    {
        var text = new StringBuilder();
        foreach (JsonElement stream in streams.EnumerateArray())
        {
            text.AppendLine(stream.GetProperty("labels").GetString());
            foreach (JsonElement entry in stream.GetProperty("entries").EnumerateArray())
            {
                PushTimestamp timestamp = Timestamp(entry.GetProperty("timestamp").GetString()!);
                text.Append($"  {timestamp.Seconds} {timestamp.Nanos} {Escaped(Bytes(entry, "line"))}");
                foreach ((byte[] name, byte[] value) in Metadata(entry))
                {
                    text.Append($" [{Escaped(name)}={Escaped(value)}]");
                }
                text.AppendLine();
            }
        }
        return text.ToString();
    }

    public static string Of(ReadOnlySpan<byte> message)
    {
        Assert.True(LokiPushReader.TryOpen(message, out LokiPushReader streams, out string? error), error);
        var text = new StringBuilder();
        foreach (LokiStreamView stream in streams)
        {
            text.AppendLine(Encoding.UTF8.GetString(stream.Labels));
            foreach (LokiEntryView entry in stream.Entries)
            {
                text.Append($"  {entry.Timestamp.Seconds} {entry.Timestamp.Nanos} {Escaped(entry.Line)}");
                foreach (LokiMetadataView pair in entry.Metadata)
                {
                    text.Append($" [{Escaped(pair.Name)}={Escaped(pair.Value)}]");
                }
                text.AppendLine();
            }
        }
        return text.ToString();
    }

    public static PushTimestamp Timestamp(string rfc3339)
    {
        string[] parts = rfc3339.TrimEnd('Z').Split('.');
        DateTime whole = DateTime.ParseExact(
            parts[0], "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);
        int nanos = parts.Length == 1 ? 0 : int.Parse(parts[1].PadRight(9, '0'), CultureInfo.InvariantCulture);
        return new PushTimestamp((whole - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerSecond, nanos);
    }

    public static IEnumerable<(byte[] Name, byte[] Value)> Metadata(JsonElement entry) =>
        entry.TryGetProperty("structured_metadata", out JsonElement pairs)
            ? pairs.EnumerateArray().Select(pair => (Encoding.UTF8.GetBytes(pair[0].GetString()!), Encoding.UTF8.GetBytes(pair[1].GetString()!)))
            : [];

    public static byte[] Bytes(JsonElement owner, string member) =>
        owner.TryGetProperty(member + "_base64", out JsonElement bytes)
            ? bytes.GetBytesFromBase64()
            : Encoding.UTF8.GetBytes(owner.GetProperty(member).GetString()!);

    private static string Escaped(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes);
}
