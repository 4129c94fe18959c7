using Agent.Wire.Protobuf;

namespace Agent.Wire.Exposition;

/// <summary>The exemplars of a native histogram: those beside the buckets, or where there are none those of the classic buckets.</summary>
internal ref struct ProtobufExemplars
{
    private readonly bool _inBuckets;
    private ProtobufReader _reader;

    public ProtobufExemplars(scoped in ProtobufMetric metric)
    {
        _inBuckets = metric.Exemplars == 0;
        _reader = new ProtobufReader(metric.Data);
    }

    /// <summary>The next one that has a time; the others are left out, as Prometheus does.</summary>
    public bool TryNext(ExemplarBuffer exemplar)
    {
        int wanted = _inBuckets ? ProtobufExposition.HistogramBucket : ProtobufExposition.HistogramExemplar;
        while (_reader.Next())
        {
            if (_reader.Field != wanted)
            {
                _reader.Skip();
                continue;
            }
            _reader.TryBytes(out ReadOnlySpan<byte> message);
            if (_inBuckets)
            {
                ProtobufBucket.TryReadBucket(message, out ProtobufBucket bucket);
                message = bucket.Exemplar;
            }
            if (!message.IsEmpty && ProtobufExposition.TryExemplar(message, exemplar, out bool hasTime) && hasTime)
            {
                return true;
            }
        }
        return false;
    }
}
