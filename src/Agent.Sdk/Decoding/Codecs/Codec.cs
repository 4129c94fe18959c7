using Agent.Sdk.Patterns;
using Agent.Sdk.Schema;
using Agent.Syntax.Values;
using Agent.Telemetry;

namespace Agent.Sdk.Decoding.Codecs;

/// <summary>The codecs that generated code names, one per type that an argument or an export may have.</summary>
/// <remarks>
/// A type of another project brings its own as a static property <c>Codec</c> of type <see cref="ValueCodec{T}"/>; what only passes
/// through expressions is marked with <see cref="Declarations.CapsuleAttribute"/>.
/// </remarks>
public static class Codec
{
    public static TextCodec Text { get; } = new();

    public static BoolCodec Bool { get; } = new();

    public static ValueCodec<sbyte> SByte { get; } = new NumberCodec<sbyte>();

    public static ValueCodec<byte> Byte { get; } = new NumberCodec<byte>();

    public static ValueCodec<short> Int16 { get; } = new NumberCodec<short>();

    public static ValueCodec<ushort> UInt16 { get; } = new NumberCodec<ushort>();

    public static ValueCodec<int> Int32 { get; } = new NumberCodec<int>();

    public static ValueCodec<uint> UInt32 { get; } = new NumberCodec<uint>();

    public static ValueCodec<long> Int64 { get; } = new NumberCodec<long>();

    public static ValueCodec<ulong> UInt64 { get; } = new NumberCodec<ulong>();

    public static ValueCodec<float> Single { get; } = new NumberCodec<float>();

    public static ValueCodec<double> Double { get; } = new NumberCodec<double>();

    public static ValueCodec<TimeSpan> Duration { get; } =
        new ParsedCodec<TimeSpan>(SchemaKind.Duration, "duration", TextParsers.Duration, GoDuration.Format);

    public static ValueCodec<ByteSize> ByteSize { get; } =
        new ParsedCodec<ByteSize>(SchemaKind.ByteSize, "bytes", TextParsers.Bytes, static size => size.ToString());

    public static ValueCodec<Pattern> Pattern { get; } =
        new ParsedCodec<Pattern>(SchemaKind.Pattern, "regexp", new PatternPool(PatternOptions.None).TryParse, static pattern => pattern.Text);

    /// <summary>A pattern that has to match the whole text.</summary>
    public static ValueCodec<Pattern> AnchoredPattern { get; } =
        new ParsedCodec<Pattern>(SchemaKind.Pattern, "regexp", new PatternPool(PatternOptions.Anchored).TryParse, static pattern => pattern.Text);

    public static ValueCodec<Uri> Uri { get; } =
        new ParsedCodec<Uri>(SchemaKind.Uri, "string", TextParsers.Uri, static uri => uri.OriginalString);

    public static ValueCodec<Secret> Secret { get; } = new SecretCodec();

    public static ValueCodec<OptionalSecret> OptionalSecret { get; } = new OptionalSecretCodec();

    public static ValueCodec<Target> Target { get; } = new TargetCodec();

    public static ValueCodec<Value> Any { get; } = new AnyCodec();

    public static ValueCodec<ValueList<T>> List<T>(ValueCodec<T> element) => new ListCodec<T>(element);

    public static ValueCodec<ValueMap<T>> Map<T>(ValueCodec<T> element) => new MapCodec<T>(element);

    public static ValueCodec<T?> Nullable<T>(ValueCodec<T> inner)
        where T : struct => new NullableCodec<T>(inner);

    public static ValueCodec<T?> OrNull<T>(ValueCodec<T> inner)
        where T : class => new OrNullCodec<T>(inner);

    public static ValueCodec<T> Choice<T>(params (string Name, T Value)[] choices)
        where T : struct => new ChoiceCodec<T>(choices);

    public static ValueCodec<T> Capsule<T>(string name)
        where T : class => new CapsuleCodec<T>(name);
}
