using System.Buffers.Binary;
using System.Text;

namespace Agent.Components.Prometheus.ExporterBlackbox.GrpcProbe;

/// <summary>The two messages of grpc.health.v1.Health/Check, each behind gRPC's prefix: a byte for compression, four for the length.</summary>
internal static class HealthMessages
{
    public const string Unknown = "UNKNOWN";
    public const string Serving = "SERVING";

    private const int Prefix = 5;

    // In the order of their numbers.
    public static IReadOnlyList<string> Statuses { get; } = [Unknown, Serving, "NOT_SERVING", "SERVICE_UNKNOWN"];

    /// <summary>HealthCheckRequest: field 1 is the service.</summary>
    public static byte[] Request(string service)
    {
        byte[] name = Encoding.UTF8.GetBytes(service);
        var body = new List<byte>();
        if (name.Length > 0)
        {
            body.Add(0x0A);
            int length = name.Length;
            for (; length >= 0x80; length >>= 7)
            {
                body.Add((byte)(length | 0x80));
            }
            body.Add((byte)length);
            body.AddRange(name);
        }
        byte[] message = new byte[Prefix + body.Count];
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), body.Count);
        body.CopyTo(message, Prefix);
        return message;
    }

    /// <summary>HealthCheckResponse: field 1 is the status. Null where it is no such message.</summary>
    public static string? Status(ReadOnlySpan<byte> message)
    {
        if (message.Length < Prefix || message[0] != 0 || BinaryPrimitives.ReadUInt32BigEndian(message[1..]) != message.Length - Prefix)
        {
            return null;
        }
        ReadOnlySpan<byte> body = message[Prefix..];
        int status = body is [0x08, var number] ? number : 0;
        return body.IsEmpty || body[0] == 0x08 ? Statuses[status < Statuses.Count ? status : 0] : null;
    }
}
