namespace Agent.Wire.LokiPush;

/// <summary>
/// Reads the text that names a stream, as Prometheus reads a metric: <c>{app="x", "a.b"='y',}</c>, optionally led by a metric
/// name, which comes out as the label <c>__name__</c>. Labels come in the order written; repeated names are the caller's affair.
/// </summary>
/// <remarks>Linear in the text and without allocation. Name and value live until the next <see cref="TryRead"/>.</remarks>
public ref struct LabelsTextReader
{
    private readonly ReadOnlySpan<byte> _text;
    private readonly Span<byte> _scratch;
    private State _state;

    /// <param name="scratch">At least as long as the text: unescaped names and values are written there.</param>
    public LabelsTextReader(ReadOnlySpan<byte> text, Span<byte> scratch)
    {
        if (scratch.Length < text.Length)
        {
            throw new ArgumentException("BUG: the scratch space is shorter than the text", nameof(scratch));
        }
        _text = text;
        _scratch = scratch;
    }

    private enum State
    {
        Start,
        Braces,
        Done,
    }

    /// <summary>Why reading stopped, or null at a good end.</summary>
    public string? Error { get; private set; }

    /// <summary>Byte offset that reading has reached; with <see cref="Error"/> set, where it failed.</summary>
    public int Position { get; private set; }

    /// <summary>The next label. False at the end of the text, and on failure.</summary>
    public bool TryRead(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = default;
        value = default;
        SkipSpace();
        if (_state == State.Start && !TryOpen(out name, out value))
        {
            return false;
        }
        if (!name.IsEmpty)
        {
            return true;
        }
        return _state == State.Braces && Error is null && TryLabel(out name, out value);
    }

    /// <summary>Reads up to the opening brace; a metric name before it is given as a label of its own.</summary>
    private bool TryOpen(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = default;
        value = default;
        int metric = MetricNameLength();
        if (metric > 0)
        {
            name = "__name__"u8;
            value = _text.Slice(Position, metric);
            Position += metric;
            SkipSpace();
            if (Position == _text.Length)
            {
                _state = State.Done;
                return true;
            }
        }
        if (!TryTake((byte)'{'))
        {
            return Fail("cannot read labels: expected {");
        }
        _state = State.Braces;
        return true;
    }

    private bool TryLabel(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = default;
        value = default;
        SkipSpace();
        if (TryTake((byte)'}'))
        {
            return End();
        }
        if (!TryName(out name, out int used))
        {
            return Fail("cannot read labels: expected a label's name or }");
        }
        SkipSpace();
        if (!TryTake((byte)'='))
        {
            return Fail("cannot read labels: expected = behind a label's name");
        }
        SkipSpace();
        if (!GoQuote.TryUnquote(_text[Position..], _scratch[used..], out value, out int consumed))
        {
            return Fail("cannot read labels: a value is not a quoted string");
        }
        Position += consumed;
        SkipSpace();
        // The brace is taken by the next call.
        return TryTake((byte)',') || (Position < _text.Length && _text[Position] == '}') || Fail("cannot read labels: expected , or }");
    }

    private bool TryName(out ReadOnlySpan<byte> name, out int used)
    {
        used = 0;
        int length = LabelName.LengthAt(_text[Position..]);
        if (length > 0)
        {
            name = _text.Slice(Position, length);
            Position += length;
            return true;
        }
        if (!GoQuote.TryUnquote(_text[Position..], _scratch, out name, out int consumed) || name.IsEmpty)
        {
            return false;
        }
        used = name.Length;
        Position += consumed;
        return true;
    }

    private bool End()
    {
        SkipSpace();
        _state = State.Done;
        return Position != _text.Length && Fail("cannot read labels: text follows the closing brace");
    }

    /// <summary>Metric names are label names that may hold colons.</summary>
    private readonly int MetricNameLength()
    {
        int at = Position;
        while (at < _text.Length && (_text[at] == ':' || LabelName.LengthAt(_text[at..]) > 0 || (at > Position && char.IsAsciiDigit((char)_text[at]))))
        {
            at++;
        }
        return at - Position;
    }

    private bool TryTake(byte expected)
    {
        bool found = Position < _text.Length && _text[Position] == expected;
        Position += found ? 1 : 0;
        return found;
    }

    private void SkipSpace()
    {
        while (Position < _text.Length && _text[Position] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
        {
            Position++;
        }
    }

    private bool Fail(string error)
    {
        Error ??= error;
        _state = State.Done;
        return false;
    }
}
