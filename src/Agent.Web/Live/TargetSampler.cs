using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;
using Agent.Runtime.Graph;
using Agent.Sdk;
using Agent.Syntax.Values;
using Agent.Telemetry;
using Agent.Web.Api.V1;

namespace Agent.Web.Live;

/// <summary>Shows targets that one component hands to another: some of them at once, and some whenever they change.</summary>
internal sealed class TargetSampler(ComponentNode from, string to, Channel<byte[]> samples, LiveFilter filter)
{
    private const int MostTargets = 100;
    private ObjectValue? _last;

    /// <summary>To be called now and then.</summary>
    public void Look()
    {
        ObjectValue? exports = from.Exports;
        if (ReferenceEquals(exports, _last) || exports is null)
        {
            return;
        }
        _last = exports;
        if ((exports.TryGet("targets", out Value? value) || exports.TryGet("output", out value)) && value is TargetListValue list)
        {
            foreach (Target target in list.Targets.Where(target => filter.Fits(target.Labels)).Take(MostTargets))
            {
                samples.Writer.TryWrite(Encode(target));
            }
        }
    }

    private byte[] Encode(Target target)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("from"u8, from.Id);
            json.WriteString("to"u8, to);
            json.WriteString("type"u8, "target"u8);
            ScrapeTargetsAnswer.WriteLabels(json, "labels", target.Labels);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }
}
