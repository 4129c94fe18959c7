using System.Globalization;
using System.Net;
using System.Text;
using Agent.Components.Prometheus.ExporterBlackbox;
using Agent.Components.Prometheus.ExporterBlackbox.Modules;
using Agent.Components.Prometheus.ExporterBlackbox.Probing;
using Agent.Sdk.Http;
using Agent.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace Agent.Components.Tests.Prometheus.ExporterBlackbox;

/// <summary>What a probe answered. Every host is on loopback here, but those that end in <c>.invalid</c>.</summary>
internal sealed record ProbePage(int Status, string Text)
{
    public double this[string series] => Find(series) ?? throw new Xunit.Sdk.XunitException($"{series} is missing in:\n{Text}");

    public double? Find(string series)
    {
        string? line = Text.Split('\n').FirstOrDefault(line => line.StartsWith(series + " ", StringComparison.Ordinal));
        return line is null ? null : double.Parse(line[(series.Length + 1)..], CultureInfo.InvariantCulture);
    }

    public static async Task<ProbePage> OfAsync(string module, string target, string query = "", TimeSpan? scrapeTimeout = null)
    {
        ModuleSet modules = ModuleSet.Parse($"modules:\n  m:\n{Indented(module)}", out string error)
            ?? throw new Xunit.Sdk.XunitException(error);
        var page = new BlackboxPage(
            modules, TimeSpan.FromMilliseconds(500), new ProbeServices(TimeProvider.System, LookUpAsync), NullLogger.Instance);
        using var body = new GrowableBuffer();
        var reply = new LocalReply(body);
        string name = query.Contains("module=", StringComparison.Ordinal) ? "" : "module=m&";
        string asked = target.Length > 0 ? $"target={Uri.EscapeDataString(target)}&" : "";
        await page.WriteAsync(
            new LocalRequest { Path = "/metrics", QueryString = $"?{name}{asked}{query}", ScrapeTimeout = scrapeTimeout }, reply, CancellationToken.None);
        return new ProbePage(reply.Status, Encoding.UTF8.GetString(body.Written));
    }

    private static string Indented(string module) => string.Join('\n', module.Split('\n').Select(static line => "    " + line));

    private static Task<IPAddress[]> LookUpAsync(string host, CancellationToken stop) => IPAddress.TryParse(host, out IPAddress? address)
        ? Task.FromResult<IPAddress[]>([address])
        : host.EndsWith(".invalid", StringComparison.Ordinal)
            ? throw new System.Net.Sockets.SocketException((int)System.Net.Sockets.SocketError.HostNotFound)
            : Task.FromResult<IPAddress[]>([IPAddress.Loopback]);
}
