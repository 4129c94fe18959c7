using System.Numerics;

namespace Agent.Components.Common.GoTemplate.Values;

/// <summary>A value in a template: a type of Go's and what it holds. The default is "no value": an absent key, a nil.</summary>
internal readonly struct GoValue
{
    private readonly long _bits;
    private readonly object? _object;

    private GoValue(GoType type, long bits, object? value)
    {
        Type = type;
        _bits = bits;
        _object = value;
    }

    /// <summary>A nil that is there: a null in JSON, in contrast to a key that is not there at all.</summary>
    public static GoValue Nil => new(GoType.Any, 0, null);

    public GoType? Type { get; }

    public GoKind Kind => Type?.Kind ?? GoKind.Invalid;

    /// <summary>Whether there is no value, or a nil without a type.</summary>
    public bool IsNil => Type is null || Type.Kind == GoKind.Interface;

    public bool IsValid => Type is not null;

    public bool IsText => ReferenceEquals(Type, GoType.String);

    public bool IsList => Kind == GoKind.Slice;

    public bool IsMap => Kind == GoKind.Map;

    /// <summary>Whether a list or map is nil rather than empty.</summary>
    public bool IsNilReference => _object is null && Kind is GoKind.Slice or GoKind.Map or GoKind.Ptr;

    public bool AsBool => _bits != 0;

    /// <summary>A signed or unsigned whole number.</summary>
    public long AsInt => _bits;

    public double AsFloat => BitConverter.Int64BitsToDouble(_bits);

    public Complex AsComplex => (Complex)_object!;

    public string AsText => (string)_object!;

    public GoValue[] AsList => (GoValue[]?)_object ?? [];

    public GoMap AsMap => _object as GoMap ?? ((TemplateData?)_object)?.ToMap() ?? new GoMap();

    public GoInstant AsTime => (GoInstant)_object!;

    public SemanticVersion AsVersion => (SemanticVersion)_object!;

    /// <summary>The data a template runs over, where this is it and nothing needed it as a map yet.</summary>
    public TemplateData? AsData => _object as TemplateData;

    /// <summary>Length of a text in bytes, of a list or map in elements.</summary>
    public int Length => Kind switch
    {
        GoKind.String => AsText.Length,
        GoKind.Slice => AsList.Length,
        GoKind.Map => AsMap.Count,
        _ => 0,
    };

    public static GoValue Of(string text) => new(GoType.String, 0, text);

    public static GoValue Of(bool value) => new(GoType.Bool, value ? 1 : 0, null);

    public static GoValue Of(double value) => new(GoType.Float64, BitConverter.DoubleToInt64Bits(value), null);

    public static GoValue Of(Complex value) => new(GoType.Complex128, 0, value);

    public static GoValue OfInt(long value) => new(GoType.Int, value, null);

    public static GoValue OfInt64(long value) => new(GoType.Int64, value, null);

    /// <summary>A whole number of a certain type.</summary>
    public static GoValue Of(GoType type, long value) => new(type, value, null);

    public static GoValue Of(GoType type, GoValue[]? list) => new(type, 0, list);

    public static GoValue OfList(GoValue[]? list) => new(GoType.Anys, 0, list);

    public static GoValue OfTexts(IEnumerable<string>? texts) => new(GoType.Strings, 0, texts?.Select(Of).ToArray());

    public static GoValue Of(GoMap? map) => new(GoType.AnyMap, 0, map);

    public static GoValue OfTextMap(GoMap map) => new(GoType.StringMap, 0, map);

    public static GoValue Of(TemplateData data) => new(data.Type, 0, data);

    public static GoValue Of(GoInstant time) => new(GoType.Time, 0, time);

    public static GoValue Of(SemanticVersion version) => new(GoType.Version, 0, version);

    /// <summary>What a type holds before anything is put there.</summary>
    public static GoValue ZeroOf(GoType type) => type.Kind switch
    {
        GoKind.Interface => default,
        GoKind.String => Of(""),
        GoKind.Float64 => Of(0.0),
        GoKind.Slice or GoKind.Map or GoKind.Ptr => new GoValue(type, 0, null),
        GoKind.Struct when ReferenceEquals(type, GoType.Time) => Of(GoInstant.Zero),
        GoKind.Struct => default,
        _ => new GoValue(type, 0, null),
    };

    /// <summary>What <c>if</c> holds for true: everything but false, 0, nil and what is empty.</summary>
    public bool IsTrue => Kind switch
    {
        GoKind.Invalid or GoKind.Interface => false,
        GoKind.String or GoKind.Slice or GoKind.Map => Length > 0,
        GoKind.Float64 => AsFloat != 0,
        GoKind.Complex128 => AsComplex != Complex.Zero,
        GoKind.Ptr => _object is not null,
        GoKind.Struct => true,
        _ => _bits != 0,
    };
}
