using System.Globalization;
using System.Text;

namespace Agent.Wire.Tests.Exposition;

/// <summary>Text that targets might serve, and text that none should, the same in every run.</summary>
internal static class ExpositionSamples
{
    private static readonly string[] Pieces =
        ["a", "b", "le", "{", "}", "\"", ",", "=", "\\", " ", "\t", "1", "2.5", "\n", "\"v\"", "l=\"v\"", "m=\"}\"", "\\\"", "#", "\0", "é", "NaN", "-", "{x=\"1\"} 1\n"];

    /// <summary>Series as a service has them: a few labels each.</summary>
    public static byte[] Scrape(int series, string end = "")
    {
        var text = new StringBuilder("# HELP http_requests_total Requests \\\\ by code.\n# TYPE http_requests_total counter\n");
        for (int i = 0; i < series; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"http_requests_total{{namespace=\"prod\",pod=\"api-{i}\",code=\"200\",path=\"/api/v1/{i % 7}\"}} {i * 17}.25\n");
        }
        return Encoding.UTF8.GetBytes(text.Append(end).ToString());
    }

    /// <summary>Pieces of the grammar in no order.</summary>
    public static byte[] Soup(Random random)
    {
        // Half of it inside of braces, or next to nothing would be good.
        bool inBraces = random.Next(2) == 0;
        var text = new StringBuilder(inBraces ? "a{" : "");
        for (int pieces = random.Next(1, 10); pieces > 0; pieces--)
        {
            text.Append(Pieces[random.Next(Pieces.Length)]);
        }
        return Encoding.UTF8.GetBytes(text.Append(inBraces ? "} 1" : "").ToString());
    }

    /// <summary>Cut short, or with a few bytes changed.</summary>
    public static byte[] Damage(byte[] good, Random random)
    {
        byte[] damaged = good[..(random.Next(4) == 0 ? random.Next(good.Length) : good.Length)];
        for (int flips = random.Next(0, 4); flips > 0 && damaged.Length > 0; flips--)
        {
            damaged[random.Next(damaged.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : (byte)"{}\",=\\\n #0"[random.Next(10)];
        }
        return damaged;
    }
}
