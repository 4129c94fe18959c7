using System.Diagnostics.CodeAnalysis;
using Agent.Syntax.Values;

namespace Agent.Sdk.Decoding.Codecs;

public sealed class NullableCodec<T> : ValueCodec<T?>
    where T : struct
{
    private readonly ValueCodec<T> _inner;

    internal NullableCodec(ValueCodec<T> inner)
        : base(inner.Type) => _inner = inner;

    public override Value Encode(T? value) => value is { } known ? _inner.Encode(known) : Value.Null;

    protected override bool Read(Value value, DecodeProblem problem, out T? result)
    {
        result = null;
        if (value is NullValue)
        {
            return true;
        }
        bool fits = _inner.TryDecode(value, problem, out T known);
        result = known;
        return fits;
    }
}

public sealed class OrNullCodec<T> : ValueCodec<T?>
    where T : class
{
    private readonly ValueCodec<T> _inner;

    internal OrNullCodec(ValueCodec<T> inner)
        : base(inner.Type) => _inner = inner;

    public override Value Encode(T? value) => value is null ? Value.Null : _inner.Encode(value);

    protected override bool Read(Value value, DecodeProblem problem, [MaybeNullWhen(false)] out T? result)
    {
        result = null;
        // An empty URL is none at all: configurations fill optional ones from environment variables that may be empty.
        bool isNone = value is NullValue || (value is StringValue { Text: "" } && typeof(T) == typeof(Uri));
        return isNone || _inner.TryDecode(value, problem, out result);
    }
}
