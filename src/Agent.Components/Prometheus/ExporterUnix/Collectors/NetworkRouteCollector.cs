using System.Globalization;
using Agent.Components.Prometheus.ExporterUnix.Netlink;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Routes of the machine, asked over netlink. A machine with a full routing table has a series for each route.</summary>
internal sealed class NetworkRouteCollector : IUnixCollector
{
    private const ushort GetRoute = 26;
    private const int HeaderSize = 12;
    private static readonly Family Info = Family.Gauge(
        "node_network_route_info", "network routing table information", "device", "src", "dest", "gw", "priority", "proto", "weight");
    private static readonly Family Routes = Family.Gauge("node_network_routes", "network routes by interface", "device");

    private readonly byte[] _buffer = new byte[NetlinkSocket.BufferSize];
    private readonly LinkNames _links = new();
    private readonly List<NetworkRoute> _routes = [];
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);

    public void Collect(CollectorScrape scrape)
    {
        using var socket = new NetlinkSocket(NetlinkSocket.Route, _buffer);
        _links.Load(socket, scrape.Names);
        _counts.Clear();
        var request = new NetlinkRequest(
            stackalloc byte[NetlinkRequest.SpaceNeeded], GetRoute, NetlinkRequest.AskForAll, stackalloc byte[HeaderSize]);
        int error = socket.Exchange(request, isDump: true, (_, payload) => Write(payload, scrape.Output));
        if (error != 0)
        {
            throw new CollectorException($"cannot list routes: {NetlinkSocket.Describe(error)}");
        }
        foreach ((string device, int count) in _counts)
        {
            scrape.Output.Write(Routes, count, device);
        }
    }

    private void Write(ReadOnlySpan<byte> payload, FamilyWriter output)
    {
        _routes.Clear();
        NetworkRoute.Parse(payload, _routes);
        foreach (NetworkRoute route in _routes)
        {
            string device = _links[route.Device];
            output.Write(
                Info, 1, device, route.Source, route.Destination, route.Gateway, route.Priority.ToString(CultureInfo.InvariantCulture),
                NetworkRoute.ProtocolName(route.Protocol), route.Weight);
            _counts[device] = _counts.GetValueOrDefault(device) + 1;
        }
    }
}
