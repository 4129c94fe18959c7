using System.Text.Json;
using Agent.Testing;
using Agent.Wire.Snappy;

namespace Agent.Wire.Tests.Snappy;

public sealed class SnappyConformanceTests
{
    private const int Maximum = 64 << 20;

    [ConformanceFact]
    public void Blocks_of_other_encoders_decode_and_our_own_decode_to_the_input()
    {
        var set = new ConformanceSet("push/snappy_valid");
        var encoder = new SnappyEncoder();
        using JsonDocument file = Conformance.Load("push/snappy_valid.json");
        foreach (JsonElement @case in file.RootElement.GetProperty("cases").EnumerateArray())
        {
            set.Case(@case.GetProperty("id").GetString()!, () => CheckValid(@case, encoder));
        }
        set.Finish();
    }

    [ConformanceFact]
    public void Bad_blocks_are_refused_and_odd_good_ones_are_not()
    {
        var set = new ConformanceSet("push/snappy_decode");
        using JsonDocument file = Conformance.Load("push/snappy_decode.json");
        foreach (JsonElement @case in file.RootElement.GetProperty("cases").EnumerateArray())
        {
            set.Case(@case.GetProperty("id").GetString()!, () => CheckDecode(@case));
        }
        set.Finish();
    }

    private static string? CheckValid(JsonElement @case, SnappyEncoder encoder)
    {
        byte[] raw = @case.GetProperty("raw_base64").GetBytesFromBase64();
        foreach (JsonProperty member in @case.EnumerateObject().Where(member => member.Name.StartsWith("block_", StringComparison.Ordinal)))
        {
            if (!Decode(member.Value.GetBytesFromBase64()).AsSpan().SequenceEqual(raw))
            {
                return $"{member.Name} decodes to something else";
            }
        }
        byte[] ours = new byte[SnappyEncoder.MaxCompressedLength(raw.Length)];
        int length = encoder.Compress(raw, ours);
        return Decode(ours.AsSpan(0, length)).AsSpan().SequenceEqual(raw) ? null : "our block decodes to something else";
    }

    private static string? CheckDecode(JsonElement @case)
    {
        byte[] block = @case.GetProperty("block_base64").GetBytesFromBase64();
        byte[]? decoded = Decode(block);
        if (!@case.GetProperty("ok").GetBoolean())
        {
            return decoded is null ? null : "accepted";
        }
        return decoded.AsSpan().SequenceEqual(@case.GetProperty("raw_base64").GetBytesFromBase64()) ? null : "differs";
    }

    private static byte[]? Decode(ReadOnlySpan<byte> block)
    {
        using var output = new GrowableBuffer();
        return SnappyDecoder.TryDecompress(block, Maximum, output) ? output.Written.ToArray() : null;
    }
}
