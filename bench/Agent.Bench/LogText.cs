using System.Globalization;
using System.Text;

namespace Agent.Bench;

/// <summary>Log lines as services write them, the same in every run: logfmt, JSON and access logs, about 200 bytes each.</summary>
internal static class LogText
{
    private static readonly string[] Paths = ["/api/v1/users", "/healthz", "/api/v1/orders", "/metrics", "/static/app.js", "/login"];

    public static byte[][] Lines(int count)
    {
        var random = new Random(42);
        byte[][] lines = new byte[count][];
        for (int i = 0; i < count; i++)
        {
            string time = string.Create(CultureInfo.InvariantCulture, $"2024-05-06T07:{i / 1000 % 60:00}:{i / 17 % 60:00}.{random.Next(1_000_000):000000}Z");
            string path = Paths[random.Next(Paths.Length)];
            string trace = random.NextInt64().ToString("x16", CultureInfo.InvariantCulture) + random.NextInt64().ToString("x16", CultureInfo.InvariantCulture);
            string line = random.Next(3) switch
            {
                0 => $"ts={time} level=info caller=server.go:{random.Next(900)} msg=\"request handled\" method=GET path={path}/{random.Next(9999)} status=200 duration={random.Next(5000)}us trace_id={trace}",
                1 => $"{{\"time\":\"{time}\",\"level\":\"warn\",\"logger\":\"orders.worker\",\"message\":\"retrying after timeout\",\"attempt\":{random.Next(5)},\"order\":{random.Next(999_999)},\"trace\":\"{trace}\"}}",
                _ => $"10.42.{random.Next(256)}.{random.Next(256)} - - [{time}] \"GET {path}?page={random.Next(50)} HTTP/1.1\" 200 {random.Next(90_000)} \"-\" \"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\" {random.Next(1000)}",
            };
            lines[i] = Encoding.UTF8.GetBytes(line);
        }
        return lines;
    }

    public static byte[] Joined(byte[][] lines) => [.. lines.SelectMany(static line => line.Append((byte)'\n'))];
}
