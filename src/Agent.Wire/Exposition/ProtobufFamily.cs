using System.Text.Unicode;
using Agent.Telemetry.Metrics;
using Agent.Wire.Protobuf;

namespace Agent.Wire.Exposition;

/// <summary>One MetricFamily message: what is said of all its metrics.</summary>
internal ref struct ProtobufFamily
{
    private const int LongestLength = 5;
    private ReadOnlySpan<byte> _help;
    private ReadOnlySpan<byte> _unit;
    private ReadOnlySpan<byte> _name;

    public readonly ReadOnlySpan<byte> Name => _name;

    public readonly ReadOnlySpan<byte> Help => _help;

    public readonly ReadOnlySpan<byte> Unit => _unit;

    public MetricType Type { get; private set; }

    public bool HasMetrics { get; private set; }

    /// <summary>The whole message; its metrics are read from here.</summary>
    public ReadOnlySpan<byte> Message { get; private set; }

    /// <summary>Reads the family at a place, and moves the place behind it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> body, scoped ref int place, out ProtobufFamily family, out string? error)
    {
        family = default;
        int at = place;
        if (!Varint.TryRead(body, ref at, out ulong length) || at - place > LongestLength)
        {
            error = "invalid varint encountered";
            return false;
        }
        if (length > (ulong)(body.Length - at))
        {
            error = $"insufficient length of buffer, expected at least {(ulong)(at - place) + length} bytes, got {body.Length - place} bytes";
            return false;
        }
        family.Message = body.Slice(at, (int)length);
        error = family.Load(out ulong type) ?? (family.HasMetrics ? family.Check(type) : null);
        place = error is null ? at + (int)length : place;
        return error is null;
    }

    private string? Load(out ulong type)
    {
        type = 0;
        var reader = new ProtobufReader(Message);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case ProtobufExposition.FamilyName:
                    reader.TryBytes(out _name);
                    break;
                case ProtobufExposition.FamilyHelp:
                    reader.TryBytes(out _help);
                    break;
                case ProtobufExposition.FamilyType:
                    reader.TryVarint(out type);
                    break;
                case ProtobufExposition.FamilyMetric:
                    HasMetrics |= reader.TryBytes(out _);
                    break;
                case ProtobufExposition.FamilyUnit:
                    reader.TryBytes(out _unit);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
        return reader.Error;
    }

    private string? Check(ulong type)
    {
        if (_name.IsEmpty || !Utf8.IsValid(_name))
        {
            return $"invalid metric name: {ExpositionError.Quoted(_name)}";
        }
        if (!Utf8.IsValid(_help))
        {
            return $"invalid help for metric {ExpositionError.Quoted(_name)}";
        }
        Type = type switch
        {
            0 => MetricType.Counter,
            1 => MetricType.Gauge,
            2 => MetricType.Summary,
            4 => MetricType.Histogram,
            5 => MetricType.GaugeHistogram,
            _ => MetricType.Unknown,
        };
        return type <= 5 ? null : $"unknown metric type for metric {ExpositionError.Quoted(_name)}: {type}";
    }
}
