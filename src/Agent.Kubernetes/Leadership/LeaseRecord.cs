using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Agent.Kubernetes.Json;

namespace Agent.Kubernetes.Leadership;

/// <summary>A lease as the server has it.</summary>
/// <param name="Metadata">The JSON of <c>metadata</c>, sent back as it is: it has the version that the write depends on, and what others put there.</param>
/// <param name="Spec">What says who leads.</param>
internal sealed record LeaseRecord(byte[] Metadata, LeaseSpec Spec)
{
    /// <exception cref="JsonException">The text is no lease.</exception>
    public static LeaseRecord Read(ReadOnlySpan<byte> utf8)
    {
        byte[] metadata = [];
        var spec = new LeaseSpec("", 0, "", "", 0);
        var json = new Utf8JsonReader(utf8);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("the server's answer is no lease");
        }
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("metadata"u8))
            {
                metadata = Raw(utf8, ref json);
            }
            else if (json.ValueTextEquals("spec"u8))
            {
                spec = JsonFields.EnterObject(ref json) ? LeaseSpec.Read(ref json) : spec;
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return metadata.Length > 0 ? new LeaseRecord(metadata, spec) : throw new JsonException("the server's answer is a lease without metadata");
    }

    /// <summary>The metadata of a lease that is not there yet.</summary>
    public static byte[] NewMetadata(string inNamespace, string name)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.WriteString("namespace"u8, inNamespace);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("kind"u8, "Lease"u8);
        json.WriteString("apiVersion"u8, "coordination.k8s.io/v1"u8);
        json.WritePropertyName("metadata"u8);
        json.WriteRawValue(Metadata);
        json.WritePropertyName("spec"u8);
        Spec.Write(json);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] Raw(ReadOnlySpan<byte> utf8, ref Utf8JsonReader json)
    {
        long start = json.BytesConsumed;
        JsonFields.Skip(ref json);
        return utf8[(int)start..(int)json.BytesConsumed].Trim(" :\r\n\t"u8).ToArray();
    }
}

/// <summary>Who holds a lease. Times are text: they are the holder's clock and mean nothing but "changed" to anybody else.</summary>
/// <param name="Holder">Empty where it has been given up.</param>
internal sealed record LeaseSpec(string Holder, long DurationSeconds, string AcquireTime, string RenewTime, long Transitions)
{
    public static string Timestamp(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    public static LeaseSpec Read(ref Utf8JsonReader json)
    {
        (string holder, long seconds, string acquired, string renewed, long transitions) = ("", 0, "", "", 0);
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("holderIdentity"u8))
            {
                holder = JsonFields.Text(ref json) ?? "";
            }
            else if (json.ValueTextEquals("leaseDurationSeconds"u8))
            {
                seconds = JsonFields.Integer(ref json) ?? 0;
            }
            else if (json.ValueTextEquals("acquireTime"u8))
            {
                acquired = JsonFields.Text(ref json) ?? "";
            }
            else if (json.ValueTextEquals("renewTime"u8))
            {
                renewed = JsonFields.Text(ref json) ?? "";
            }
            else if (json.ValueTextEquals("leaseTransitions"u8))
            {
                transitions = JsonFields.Integer(ref json) ?? 0;
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return new LeaseSpec(holder, seconds, acquired, renewed, transitions);
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("holderIdentity"u8, Holder);
        json.WriteNumber("leaseDurationSeconds"u8, DurationSeconds);
        if (AcquireTime.Length > 0)
        {
            json.WriteString("acquireTime"u8, AcquireTime);
        }
        json.WriteString("renewTime"u8, RenewTime);
        json.WriteNumber("leaseTransitions"u8, Transitions);
        json.WriteEndObject();
    }
}
