using System.Globalization;
using System.Text.Json.Nodes;

namespace Agent.Testing.Kubernetes;

/// <summary>One thing that happened in a collection; its number is the version that it made.</summary>
/// <param name="Raw">Bytes that are sent to all watches as they are; null for a change or a bookmark.</param>
internal sealed record FakeChange(long Version, FakeObject? Before, FakeObject? After, byte[]? Raw = null)
{
    public bool IsBookmark => Before is null && After is null && Raw is null;
}

/// <summary>The objects of one resource and what happened to them. Used under the lock of its store.</summary>
/// <param name="apiVersion">Such as <c>v1</c> or <c>apps/v1</c>.</param>
/// <param name="plural">Such as <c>pods</c>.</param>
internal sealed class FakeCollection(string apiVersion, string plural)
{
    private readonly List<FakeChange> _changes = [];
    private TaskCompletionSource _changed = New();

    public string ApiVersion => apiVersion;

    public string Kind { get; private set; } = KindOf(plural);

    public SortedDictionary<string, FakeObject> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>Sent as items of each list, as they are.</summary>
    public List<string> RawItems { get; } = [];

    /// <summary>Changes up to this version are forgotten.</summary>
    public long Forgotten { get; private set; }

    public Task Changed => _changed.Task;

    public IReadOnlyList<FakeChange> Changes => _changes;

    public void Learn(JsonObject json)
    {
        if ((string?)json["kind"] is { Length: > 0 } kind)
        {
            Kind = kind;
        }
    }

    public void Add(FakeChange change)
    {
        _changes.Add(change);
        TaskCompletionSource before = _changed;
        _changed = New();
        before.SetResult();
    }

    /// <summary>Forgets all changes up to now: watches that were at them may not go on.</summary>
    public void Forget(long upTo) => Forgotten = upTo;

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static string KindOf(string plural) => plural switch
    {
        "endpointslices" => "EndpointSlice",
        "ingresses" => "Ingress",
        "endpoints" => "Endpoints",
        "replicasets" => "ReplicaSet",
        "podlogs" => "PodLogs",
        _ => string.Create(CultureInfo.InvariantCulture, $"{char.ToUpperInvariant(plural[0])}{plural[1..^1]}"),
    };
}
