using Agent.Telemetry;

namespace Agent.Wire.LokiPush;

/// <summary>The text that names a stream in a push request, from a label set.</summary>
public static class LabelsText
{
    /// <summary>Appends <c>{app="x", pod="y"}</c>; internal labels, whose names begin with two underscores, are left out.</summary>
    public static void Append(GrowableBuffer output, LabelSet labels)
    {
        Span<byte> nameSpace = stackalloc byte[Utf8Text.UsualLength];
        Span<byte> valueSpace = stackalloc byte[Utf8Text.UsualLength];
        var writer = new LabelsTextWriter(output);
        foreach (Label label in labels.Span)
        {
            using var name = new Utf8Text(label.Name, nameSpace);
            using var value = new Utf8Text(label.Value, valueSpace);
            writer.Add(name.Bytes, value.Bytes);
        }
        writer.Finish();
    }
}
