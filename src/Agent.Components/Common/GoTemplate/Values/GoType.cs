namespace Agent.Components.Common.GoTemplate.Values;

internal enum GoKind
{
    Invalid,
    Bool,
    Int,
    Int32,
    Int64,
    Uint8,
    Uint64,
    Float64,
    Complex128,
    Interface,
    Map,
    Ptr,
    Slice,
    String,
    Struct,
}

/// <summary>The types that values in templates can have, by the names that <c>typeOf</c> and messages show.</summary>
internal sealed class GoType
{
    private GoType(GoKind kind, string name, GoType? element = null)
    {
        Kind = kind;
        Name = name;
        Element = element;
    }

    public static GoType Any { get; } = new(GoKind.Interface, "interface {}");

    /// <summary>A parameter of Go's own functions that takes whatever there is, also nothing.</summary>
    public static GoType Reflected { get; } = new(GoKind.Struct, "reflect.Value");

    public static GoType Bool { get; } = new(GoKind.Bool, "bool");

    public static GoType Int { get; } = new(GoKind.Int, "int");

    public static GoType Int32 { get; } = new(GoKind.Int32, "int32");

    public static GoType Int64 { get; } = new(GoKind.Int64, "int64");

    public static GoType Byte { get; } = new(GoKind.Uint8, "uint8");

    public static GoType Uint64 { get; } = new(GoKind.Uint64, "uint64");

    public static GoType Float64 { get; } = new(GoKind.Float64, "float64");

    public static GoType Complex128 { get; } = new(GoKind.Complex128, "complex128");

    public static GoType String { get; } = new(GoKind.String, "string");

    public static GoType Anys { get; } = new(GoKind.Slice, "[]interface {}", Any);

    public static GoType AnyLists { get; } = new(GoKind.Slice, "[][]interface {}", Anys);

    public static GoType Ints { get; } = new(GoKind.Slice, "[]int", Int);

    public static GoType Strings { get; } = new(GoKind.Slice, "[]string", String);

    public static GoType AnyMap { get; } = new(GoKind.Map, "map[string]interface {}", Any);

    /// <summary>What process-exporter gives its templates: a struct there, here a map with a fixed set of names.</summary>
    public static GoType ProcessParameters { get; } = new(GoKind.Map, "*config.templateParams", Any);

    public static GoType StringMap { get; } = new(GoKind.Map, "map[string]string", String);

    public static GoType Time { get; } = new(GoKind.Struct, "time.Time");

    public static GoType Duration { get; } = new(GoKind.Int64, "time.Duration");

    public static GoType Month { get; } = new(GoKind.Int, "time.Month");

    public static GoType Weekday { get; } = new(GoKind.Int, "time.Weekday");

    public static GoType Version { get; } = new(GoKind.Ptr, "*semver.Version");

    public GoKind Kind { get; }

    public string Name { get; }

    /// <summary>What a list or map holds.</summary>
    public GoType? Element { get; }

    public bool IsSigned => Kind is GoKind.Int or GoKind.Int32 or GoKind.Int64;

    public bool IsUnsigned => Kind is GoKind.Uint8 or GoKind.Uint64;

    /// <summary>Whether a parameter of this type takes nil.</summary>
    public bool CanBeNil => Kind is GoKind.Interface or GoKind.Map or GoKind.Ptr or GoKind.Slice || ReferenceEquals(this, Reflected);

    public override string ToString() => Name;
}
