using System.Text;

namespace Agent.Wire.Tests;

/// <summary>Log text and noise, the same in every run.</summary>
internal static class SampleText
{
    private static readonly string[] Paths = ["/api/v1/users", "/healthz", "/api/v1/orders/17", "/metrics", "/static/app.js"];

    public static byte[] Lines(int count, int seed = 1)
    {
        var random = new Random(seed);
        var text = new StringBuilder();
        for (int i = 0; i < count; i++)
        {
            text.Append("2024-05-06T07:08:").Append((i % 60).ToString("00")).Append(".123456789Z stdout F level=")
                .Append(random.Next(8) == 0 ? "warn" : "info").Append(" msg=\"request handled\" method=GET path=")
                .Append(Paths[random.Next(Paths.Length)]).Append(" status=200 duration=").Append(random.Next(5000))
                .Append("ms trace_id=").Append(random.NextInt64().ToString("x16")).Append('\n');
        }
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    public static byte[] Noise(int length, int seed = 1)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
