namespace Agent.Sdk.Declarations;

/// <summary>How settled a component is; <c>--stability.level</c> refuses what is less settled than asked for.</summary>
public enum Stability
{
    GenerallyAvailable,
    PublicPreview,
    Experimental,
}

/// <summary>Declares a component under its name in the configuration language, such as <c>loki.write</c>.</summary>
/// <remarks>
/// The class holds a nested record <c>Arguments</c> and, where it exports something, a nested record <c>Exports</c>; its
/// constructor takes a <see cref="ComponentContext"/>. Decoder, schema, factory and catalog entry are generated from them.
/// </remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ComponentAttribute(string name) : Attribute
{
    public string Name { get; } = name;

    public Stability Stability { get; init; }

    /// <summary>True where the block takes no label and may stand only once.</summary>
    public bool Singleton { get; init; }
}

/// <summary>Declares a block of the configuration itself, such as <c>logging</c>; the class is its arguments record.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ConfigBlockAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>Declares a stage of <c>loki.process</c>: block <c>stage.NAME</c>. The nested record <c>Arguments</c> derives from the family's abstract record.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class StageAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>
/// The property is a nested block, named after the property in snake case. A record is one block (optional where the type is
/// nullable or has an initializer), <c>ValueList&lt;record&gt;</c> a repeated one.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BlockAttribute : Attribute
{
    /// <summary>Overrides the name where it is not the property in snake case.</summary>
    public string? Name { get; init; }
}

/// <summary>
/// The property collects, in order, blocks of several kinds: <c>ValueList&lt;T&gt;</c> of an abstract record from which the
/// <c>Arguments</c> of every <see cref="StageAttribute"/> class of that family derive.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BlocksAttribute : Attribute;

/// <summary>The attributes and blocks of the property's record stand directly in the block that holds the property.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class FlattenAttribute : Attribute;

/// <summary>The property is the label of the block.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BlockLabelAttribute : Attribute;

/// <summary>Overrides the name of an attribute, or of an enumeration's member, where it is not its snake case.</summary>
/// <remarks>
/// Snake case: a capital starts a word; digits belong to the word before them (<c>EnableHttp2</c>: <c>enable_http2</c>), except a status
/// code (<c>RetryOnHttp429</c>: <c>retry_on_http_429</c>).
/// </remarks>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class NameAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>The pattern has to match the whole text, as relabelling and selectors want it.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class AnchoredAttribute : Attribute;

/// <summary>Accepted for compatibility but not honoured: setting it gives a warning that names the argument and this reason.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class NotHonouredAttribute(string reason) : Attribute
{
    public string Reason { get; } = reason;
}

/// <summary>Still works; setting it gives a warning that says what to write instead.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class DeprecatedAttribute(string instead) : Attribute
{
    public string Instead { get; } = instead;
}
