using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Agent.Components.Common.Http;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Metrics;
using Agent.Syntax.Values;
using Agent.Telemetry;

namespace Agent.Components.Discovery;

/// <summary>Asks an HTTP service for a list of targets.</summary>
/// <example>discovery.http "dynamic_targets" {
///   url              = "https://example.com/scrape_targets"
///   refresh_interval = "15s"
/// }</example>
[Component("discovery.http")]
public sealed class DiscoveryHttp : IComponent<DiscoveryHttp.Arguments>, IDebuggable
{
    private readonly ComponentContext _context;
    private readonly FoundTargets _found;
    private readonly RefreshLoop _loop;
    private readonly Counter _failures;

    public DiscoveryHttp(ComponentContext context)
    {
        _context = context;
        _found = new FoundTargets(context, static targets => new Exports(targets));
        _loop = new RefreshLoop(context, "http", _found);
        _failures = context.Metrics.Counter("prometheus_sd_http_failures_total", "Number of HTTP service discovery refresh failures.");
    }

    public sealed record Arguments : IValidated
    {
        /// <summary>URL that answers with the targets: JSON, a list of groups of `targets` and `labels`.</summary>
        public required Uri Url { get; init; }

        /// <summary>Time between two requests, and how long one may take.</summary>
        public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromSeconds(60);

        [Flatten] public HttpClientOptions Http { get; init; } = new();

        public void Validate(ValidationContext context)
        {
            if (Url.Scheme is not ("http" or "https") || Url.Host.Length == 0)
            {
                context.Error("url", $"cannot ask {Url.OriginalString} for targets: it is no http or https URL with a host");
            }
            RefreshInterval.RequirePositive(context, "refresh_interval");
        }
    }

    /// <param name="Targets">The targets of the last good answer; `__meta_url` is where they come from.</param>
    public sealed record Exports(ValueList<Target> Targets);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _loop.Apply(
            new TargetRequest(arguments, HttpClientBuilder.Build(arguments.Http, _context.Time), _failures), arguments.RefreshInterval, arguments.RefreshInterval);
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => _loop.RunAsync(stop);

    public Value DebugState() => _found.DebugState();

    public ValueTask DisposeAsync()
    {
        _loop.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>The request of discovery.http.</summary>
internal sealed partial class TargetRequest(DiscoveryHttp.Arguments arguments, HttpClient http, Counter failures) : ITargetSearch
{
    private const int LongestAnswer = 32 * 1024 * 1024;

    public async Task RefreshAsync(FoundTargets found, CancellationToken stop)
    {
        bool hasFailed = true;
        try
        {
            found.Set("", await AskAsync(stop));
            hasFailed = false;
        }
        finally
        {
            failures.Add(hasFailed ? 1 : 0);
        }
    }

    public void Dispose() => http.Dispose();

    private async Task<List<Target>> AskAsync(CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, arguments.Url);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation(
            "X-Prometheus-Refresh-Interval-Seconds", arguments.RefreshInterval.TotalSeconds.ToString(CultureInfo.InvariantCulture));
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new HttpRequestException($"server returned HTTP status {(int)response.StatusCode} {response.ReasonPhrase}".TrimEnd());
        }
        string type = response.Content.Headers.TryGetValues("Content-Type", out IEnumerable<string>? values) ? string.Join(", ", values).Trim() : "";
        if (!JsonType().IsMatch(type))
        {
            throw new InvalidDataException($"unsupported content type \"{type}\"");
        }
        ReadOnlyMemory<byte> body = await BoundedBody.ReadAsync(response, LongestAnswer, stop);
        return TargetGroup.Flatten(TargetGroup.ReadJson(body), "__meta_url", arguments.Url.OriginalString);
    }

    [GeneratedRegex("^application/json(;\\s*charset=(\"utf-8\"|utf-8))?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex JsonType();
}
