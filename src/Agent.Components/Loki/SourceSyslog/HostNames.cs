using System.Net;
using System.Net.Sockets;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>Finds the name of an address.</summary>
internal sealed class HostNames(TimeProvider time)
{
    /// <summary>Nothing is read from the sender meanwhile.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Empty where there is none or it does not come in time.</summary>
    public async ValueTask<string> FindAsync(IPAddress address, CancellationToken stop)
    {
        try
        {
            IPHostEntry entry = await Dns.GetHostEntryAsync(address).WaitAsync(Patience, time, stop).ConfigureAwait(false);
            return entry.HostName == address.ToString() ? "" : entry.HostName;
        }
        catch (Exception failed) when (failed is SocketException or TimeoutException or ArgumentException)
        {
            return "";
        }
    }
}
