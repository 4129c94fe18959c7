using System.Globalization;
using System.Text;
using Agent.Sdk.RemoteConfiguration;

namespace Agent.Components.RemoteConfig;

/// <summary>What the second controller runs.</summary>
internal sealed class RunningConfiguration(IRemoteGraph graph, RemoteConfigMetrics metrics)
{
    private const uint FnvStart = 2166136261;
    private const uint FnvPrime = 16777619;

    /// <summary>Hash of what was loaded last; empty while nothing was.</summary>
    public string Hash { get; private set; } = "";

    /// <summary>Null while nothing runs.</summary>
    public string? Text { get; private set; }

    /// <summary>Null once <paramref name="text"/> runs; otherwise why it does not, and what ran goes on.</summary>
    public async Task<string?> LoadAsync(string text)
    {
        // As in Alloy, a server with nothing to say does not stop what runs.
        if (text.Length > 0)
        {
            if (await graph.LoadAsync(text) is { } error)
            {
                return error;
            }
            Text = text;
        }
        Hash = HashOf(text);
        metrics.Active(Hash);
        return null;
    }

    public async Task UnloadAsync()
    {
        await graph.UnloadAsync();
        Text = null;
        Hash = "";
        metrics.Active("");
    }

    /// <summary>FNV-1 with 32 bits in hex, which Alloy's <c>remotecfg_hash</c> shows.</summary>
    public static string HashOf(string text)
    {
        uint hash = FnvStart;
        foreach (byte one in Encoding.UTF8.GetBytes(text))
        {
            hash = (hash * FnvPrime) ^ one;
        }
        return hash.ToString("x8", CultureInfo.InvariantCulture);
    }
}
