using System.Text;
using Agent.Telemetry;
using Agent.Wire;
using Agent.Wire.LokiPush;

namespace Agent.Components.Loki.Write;

/// <summary>Finds the stream of an entry by its label set, and forms it at first sight. Bounded; not thread safe.</summary>
/// <remarks>
/// External labels count where the entry lacks them. <c>__tenant_id__</c> picks the tenant; it and all other labels that begin
/// with two underscores stay off the wire, so several label sets may lead to one stream.
/// </remarks>
internal sealed class StreamTable(StreamSettings settings, Func<string, int, BatchSlot> slotOf, int shards)
{
    private const string TenantLabel = "__tenant_id__";

    /// <summary>About 1 KiB each: beyond this, streams that are not in an open batch are forgotten.</summary>
    private const int Limit = 10_000;

    private readonly Dictionary<LabelSet, LabelStream> _byLabels = [];
    private readonly Dictionary<(LabelSet Visible, string Tenant), LabelStream> _byIdentity = [];
    private readonly LabelSetBuilder _builder = new();
    private LabelSet? _lastLabels;
    private LabelStream? _lastStream;

    public int Count => _byLabels.Count;

    public LabelStream Resolve(LabelSet labels)
    {
        if (ReferenceEquals(labels, _lastLabels))
        {
            return _lastStream!;
        }
        if (!_byLabels.TryGetValue(labels, out LabelStream? stream))
        {
            stream = Add(labels);
        }
        (_lastLabels, _lastStream) = (labels, stream);
        return stream;
    }

    private LabelStream Add(LabelSet labels)
    {
        if (_byLabels.Count >= Limit)
        {
            Sweep();
        }
        _builder.Reset(LabelSet.Empty);
        foreach ((string name, string value) in settings.External)
        {
            _builder.Set(name, value);
        }
        foreach (Label label in labels.Span)
        {
            _builder.Set(label.Name, label.Value);
        }
        string tenant = _builder.Get(TenantLabel);
        _builder.RemoveAll(static label => label.Name.StartsWith("__", StringComparison.Ordinal));
        LabelSet visible = _builder.ToLabelSet();
        if (!_byIdentity.TryGetValue((visible, tenant), out LabelStream? stream))
        {
            int shard = shards == 1 ? 0 : (int)((uint)visible.GetHashCode() % (uint)shards);
            stream = new LabelStream(TextOf(visible), slotOf(tenant, shard)) { Refusal = RefusalOf(visible) };
            _byIdentity.Add((visible, tenant), stream);
        }
        _byLabels.Add(labels, stream);
        return stream;
    }

    private string? RefusalOf(LabelSet visible)
    {
        EntryLimits limits = settings.Limits;
        if (limits.MaxLabelNames > 0 && visible.Span.Length > limits.MaxLabelNames)
        {
            return DropReason.TooManyLabels;
        }
        foreach (Label label in visible.Span)
        {
            if (limits.MaxLabelNameLength > 0 && Encoding.UTF8.GetByteCount(label.Name) > limits.MaxLabelNameLength)
            {
                return DropReason.LabelNameTooLong;
            }
            if (limits.MaxLabelValueLength > 0 && Encoding.UTF8.GetByteCount(label.Value) > limits.MaxLabelValueLength)
            {
                return DropReason.LabelValueTooLong;
            }
        }
        return null;
    }

    private void Sweep()
    {
        foreach ((LabelSet labels, LabelStream stream) in _byLabels)
        {
            if (!stream.IsInOpenBatch)
            {
                _byLabels.Remove(labels);
            }
        }
        foreach (((LabelSet, string) identity, LabelStream stream) in _byIdentity)
        {
            if (!stream.IsInOpenBatch)
            {
                _byIdentity.Remove(identity);
            }
        }
    }

    private static byte[] TextOf(LabelSet labels)
    {
        using var text = new GrowableBuffer();
        var writer = new LabelsTextWriter(text);
        foreach (Label label in labels.Span)
        {
            writer.Add(Encoding.UTF8.GetBytes(label.Name), Encoding.UTF8.GetBytes(label.Value));
        }
        writer.Finish();
        return text.Written.ToArray();
    }
}
