using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Agent.Components.Common.Http;
using Agent.Sdk;
using Agent.Sdk.Metrics;

namespace Agent.Components.Discovery.Consul;

/// <summary>An answer, and the index from which on changes to it can be waited for.</summary>
internal readonly record struct ConsulAnswer<T>(T Value, ulong Index);

/// <summary>The requests to the HTTP API of Consul. With an index they wait until there is something newer, at most two minutes.</summary>
internal sealed class ConsulClient : IDisposable
{
    private const int LongestAnswer = 64 * 1024 * 1024;
    private const int LongestComplaint = 1024;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    // Consul itself adds up to a sixteenth to the wait, so that not all come back at once.
    private static readonly TimeSpan Timeout = LongestWait + TimeSpan.FromSeconds(15);

    private readonly DiscoveryConsul.Arguments _arguments;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;
    private readonly Counter _failures;
    private readonly Summary _catalogDuration;
    private readonly Summary _healthDuration;

    public ConsulClient(DiscoveryConsul.Arguments arguments, ComponentContext context)
    {
        const string Name = "prometheus_sd_consul_rpc_duration_seconds";
        const string Help = "The duration of a Consul RPC call in seconds.";
        _arguments = arguments;
        _time = context.Time;
        _failures = context.Metrics.Counter("prometheus_sd_consul_rpc_failures_total", "The number of Consul RPC call failures.");
        _catalogDuration = context.Metrics.Summary(Name, Help, ("endpoint", "catalog"), ("call", "services"));
        _healthDuration = context.Metrics.Summary(Name, Help, ("endpoint", "health"), ("call", "service"));
        _http = HttpClientBuilder.Build(arguments.EffectiveHttp, context.Time);
        _http.BaseAddress = arguments.Url;
    }

    /// <summary>The data center of the agent that is asked.</summary>
    public async Task<string> DatacenterAsync(CancellationToken stop)
    {
        ConsulAnswer<ConsulSelf> answer = await GetAsync("v1/agent/self", ConsulJson.Default.ConsulSelf, null, stop);
        return answer.Value.Config?.Datacenter ?? throw new InvalidDataException("cannot understand Consul's answer: it names no data center");
    }

    /// <summary>All services, with the tags that any of their instances has.</summary>
    public Task<ConsulAnswer<Dictionary<string, List<string>>>> ServicesAsync(ulong index, CancellationToken stop) =>
        GetAsync("v1/catalog/services" + Query(index, []), ConsulJson.Default.DictionaryStringListString, _catalogDuration, stop);

    /// <summary>The instances of a service that have all tags.</summary>
    public Task<ConsulAnswer<List<ConsulEntry>>> InstancesAsync(string service, ulong index, CancellationToken stop) =>
        GetAsync(
            $"v1/health/service/{Uri.EscapeDataString(service)}" + Query(index, _arguments.Tags.Select(static tag => ("tag", tag))),
            ConsulJson.Default.ListConsulEntry, _healthDuration, stop);

    public void Dispose() => _http.Dispose();

    private string Query(ulong index, IEnumerable<(string Name, string Value)> more)
    {
        IEnumerable<(string Name, string Value)> parts =
        [
            ("dc", _arguments.Datacenter), ("ns", _arguments.Namespace), ("partition", _arguments.Partition),
            ("index", index > 0 ? index.ToString(CultureInfo.InvariantCulture) : ""),
            ("wait", index > 0 ? $"{(long)LongestWait.TotalMilliseconds}ms" : ""),
            .. _arguments.NodeMeta.Select(static pair => ("node-meta", $"{pair.Key}:{pair.Value}")), .. more,
        ];
        var query = new StringBuilder(_arguments.AllowStale ? "?stale=" : "");
        foreach ((string name, string value) in parts.Where(static part => part.Value.Length > 0))
        {
            query.Append(query.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }
        return query.ToString();
    }

    private async Task<ConsulAnswer<T>> GetAsync<T>(string path, JsonTypeInfo<T> type, Summary? duration, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        long started = _time.GetTimestamp();
        try
        {
            return await SendAsync(path, type, either.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            _failures.Increment();
            throw new HttpRequestException($"no answer within {GoDuration.Format(Timeout)}");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException)
        {
            _failures.Increment();
            throw;
        }
        finally
        {
            duration?.Observe(_time.GetElapsedTime(started), 1);
        }
    }

    private async Task<ConsulAnswer<T>> SendAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        if (_arguments.Token?.Reveal() is { Length: > 0 } token)
        {
            request.Headers.TryAddWithoutValidation("X-Consul-Token", token);
        }
        using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        if (!response.IsSuccessStatusCode)
        {
            ReadOnlyMemory<byte> complaint = await BoundedBody.ReadStartAsync(response, LongestComplaint, stop);
            throw new HttpRequestException($"status {(int)response.StatusCode}: {Encoding.UTF8.GetString(complaint.Span).Trim()}".TrimEnd(' ', ':'));
        }
        ReadOnlyMemory<byte> body = await BoundedBody.ReadAsync(response, LongestAnswer, stop);
        ulong index = response.Headers.TryGetValues("X-Consul-Index", out IEnumerable<string>? values)
            && ulong.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out ulong given) ? given : 0;
        try
        {
            T value = JsonSerializer.Deserialize(body.Span, type) ?? throw new InvalidDataException("cannot understand Consul's answer: it is null");
            return new ConsulAnswer<T>(value, index);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"cannot understand Consul's answer: {exception.Message}", exception);
        }
    }
}
