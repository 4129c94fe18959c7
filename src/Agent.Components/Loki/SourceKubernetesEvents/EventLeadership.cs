using System.Net;
using System.Text;
using System.Text.Json;
using Agent.Components.Common.Http;
using Agent.Components.Common.Kubernetes;
using Agent.Kubernetes;
using Agent.Kubernetes.Leadership;
using Agent.Sdk;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.SourceKubernetesEvents;

/// <summary>
/// Decides whether this agent is the one of several that reads events, and tells it how far the one before has come. That is kept in a second
/// lease beside the one that is voted by, so that no other right is needed than that to leases.
/// </summary>
internal sealed partial class EventLeadership : IAsyncDisposable
{
    private const int LargestLease = 1024 * 1024;
    private const int LongestName = 200;
    private const string Forbidden = ": 403 ";
    private const string Annotation = "invar.io/positions";
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(2);

    private readonly KubernetesClient _client;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LeaderElection _election;
    private readonly string _collection;
    private readonly string _name;
    private string _written = "";
    private bool _isWithout;

    public EventLeadership(ComponentContext context, KubernetesAccess access, LokiSourceKubernetesEvents.LeaderElectionOptions options)
    {
        _client = access.Client;
        _time = context.Time;
        _logger = context.Logger;
        string inNamespace = options.LeaseNamespace.Length > 0 ? options.LeaseNamespace : access.OwnNamespace;
        string name = options.LeaseName.Length > 0 ? options.LeaseName : NameOf(context.GlobalId);
        _collection = $"/apis/coordination.k8s.io/v1/namespaces/{Uri.EscapeDataString(inNamespace)}/leases";
        _name = $"{name}-positions";
        _election = new LeaderElection(access.Client, new LeaderElectionSettings
        {
            Namespace = inNamespace,
            Name = name,
            Identity = $"{Environment.MachineName}_{Guid.NewGuid():N}",
            Time = context.Time,
            Logger = context.Logger,
        });
    }

    /// <summary>How it stands, for who looks.</summary>
    public LeaderStatus Status => _election.Status;

    /// <summary>
    /// True while this agent is to read events. Without the right to leases every agent is: what several read is there several times, but
    /// not missing.
    /// </summary>
    public bool IsToRead()
    {
        LeaderStatus status = _election.Status;
        bool isWithout = !status.IsLeader && !status.IsHealthy && status.Message.Contains(Forbidden, StringComparison.Ordinal);
        if (isWithout && !_isWithout)
        {
            LogWithout(status.Message);
        }
        _isWithout = isWithout;
        return status.IsLeader || isWithout;
    }

    /// <summary>How far leaders have come; empty where that cannot be found out.</summary>
    public async Task<Dictionary<string, EventPosition>> ReadAsync(CancellationToken stop)
    {
        try
        {
            using JsonDocument? lease = await GetAsync(stop);
            return lease is null ? [] : EventPositionFormat.FromText(PositionsIn(lease.RootElement));
        }
        catch (Exception exception) when (IsExpected(exception, stop))
        {
            LogNotRead(exception.Message);
            return [];
        }
    }

    /// <summary>Tells who leads next how far this one has come.</summary>
    public async Task WriteAsync(IEnumerable<KeyValuePair<string, EventPosition>> positions, CancellationToken stop)
    {
        string text = EventPositionFormat.ToText(positions);
        if (text == _written || _isWithout)
        {
            return;
        }
        try
        {
            using JsonDocument? lease = await GetAsync(stop);
            string version = lease is null ? "" : lease.RootElement.GetProperty("metadata").GetProperty("resourceVersion").GetString() ?? "";
            (HttpMethod method, string path) = lease is null ? (HttpMethod.Post, _collection) : (HttpMethod.Put, $"{_collection}/{_name}");
            using HttpResponseMessage answer = await AskAsync(method, path, Body(version, text), stop);
            _written = text;
        }
        catch (Exception exception) when (IsExpected(exception, stop))
        {
            // The next attempt says it again; meanwhile a new leader would repeat a few events.
            LogNotWritten(exception.Message);
        }
    }

    public ValueTask DisposeAsync() => _election.DisposeAsync();

    private static bool IsExpected(Exception exception, CancellationToken stop) =>
        exception is KubernetesException or HttpRequestException or IOException or InvalidDataException or JsonException or KeyNotFoundException or InvalidOperationException
        || (exception is OperationCanceledException && !stop.IsCancellationRequested);

    private static string PositionsIn(JsonElement lease) =>
        lease.TryGetProperty("metadata", out JsonElement metadata) && metadata.TryGetProperty("annotations", out JsonElement annotations)
        && annotations.TryGetProperty(Annotation, out JsonElement text)
            ? text.GetString() ?? ""
            : "";

    /// <summary>Agents with the same configuration have the same component, and are rivals.</summary>
    internal static string NameOf(string component)
    {
        var name = new StringBuilder("invar-");
        foreach (char letter in component.ToLowerInvariant())
        {
            name.Append(char.IsAsciiLetterOrDigit(letter) || (letter == '.' && name[^1] is not ('.' or '-')) ? letter : '-');
        }
        return name.ToString(0, Math.Min(name.Length, LongestName)).TrimEnd('.', '-');
    }

    private byte[] Body(string version, string text)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion"u8, "coordination.k8s.io/v1"u8);
            json.WriteString("kind"u8, "Lease"u8);
            json.WriteStartObject("metadata"u8);
            json.WriteString("name"u8, _name);
            if (version.Length > 0)
            {
                json.WriteString("resourceVersion"u8, version);
            }
            json.WriteStartObject("annotations"u8);
            json.WriteString(Annotation, text);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartObject("spec"u8);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    private async Task<JsonDocument?> GetAsync(CancellationToken stop)
    {
        try
        {
            using HttpResponseMessage answer = await AskAsync(HttpMethod.Get, $"{_collection}/{_name}", null, stop);
            return JsonDocument.Parse(await BoundedBody.ReadAsync(answer, LargestLease, stop));
        }
        catch (KubernetesException exception) when (exception.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, byte[]? body, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(AnswerTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        return await _client.SendAsync(method, path, body is null ? null : body.AsMemory(), either.Token);
    }

    [LoggerMessage(LogLevel.Warning, "cannot elect the agent that reads events, so each agent that runs this component does: {Cause}")]
    private partial void LogWithout(string cause);

    [LoggerMessage(LogLevel.Warning, "cannot find out how far the leader before has come, events may come again: {Cause}")]
    private partial void LogNotRead(string cause);

    [LoggerMessage(LogLevel.Warning, "cannot say how far events were delivered, will try again: {Cause}")]
    private partial void LogNotWritten(string cause);
}
