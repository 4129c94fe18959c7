namespace Agent.Wire.LokiPush;

/// <summary>
/// Forms the text that names a stream in a push request: <c>{app="x", pod="y"}</c>, with values quoted as Go does.
/// Labels whose names begin with two underscores are internal and left out.
/// </summary>
/// <remarks>Equal label sets must give equal texts, so the caller adds labels in order of their names' bytes, each once.</remarks>
public ref struct LabelsTextWriter
{
    private readonly GrowableBuffer _output;
    private bool _any;

    public LabelsTextWriter(GrowableBuffer output)
    {
        _output = output;
        output.WriteByte((byte)'{');
    }

    public void Add(scoped ReadOnlySpan<byte> name, scoped ReadOnlySpan<byte> value)
    {
        if (name.StartsWith("__"u8))
        {
            return;
        }
        if (_any)
        {
            _output.Write(", "u8);
        }
        _any = true;
        _output.Write(name);
        _output.WriteByte((byte)'=');
        GoQuote.Append(_output, value);
    }

    public readonly void Finish() => _output.WriteByte((byte)'}');
}
