namespace Agent.Syntax.Values;

/// <summary>The types that a user sees in error messages.</summary>
public enum ValueKind
{
    Null,
    Number,
    String,
    Bool,
    Array,
    Object,
    Function,
    Capsule,

    /// <summary>Not known before the agent runs: environment variables and exports, while a configuration is only checked.</summary>
    Unknown,
}

/// <summary>An immutable value of the configuration language. Equality is by content.</summary>
/// <remarks>
/// Arrays and objects are abstract so that a list of ten thousand targets can stand in an expression without being copied into
/// values one by one: whoever owns the data derives from <see cref="ArrayValue"/> or <see cref="ObjectValue"/>.
/// </remarks>
public abstract class Value : IEquatable<Value>
{
    public static Value Null { get; } = new NullValue();

    public static Value True { get; } = new BoolValue(true);

    public static Value False { get; } = new BoolValue(false);

    public abstract ValueKind Kind { get; }

    /// <summary>True where a secret went into this value: it is then shown as <c>(secret)</c> wherever a person can read it.</summary>
    public virtual bool IsSensitive => false;

    public static Value Of(bool value) => value ? True : False;

    public static Value Of(string value) => new StringValue(value);

    public static Value Of(long value) => new NumberValue(value);

    public static Value Of(double value) => new NumberValue(value);

    public abstract bool Equals(Value? other);

    public sealed override bool Equals(object? obj) => obj is Value other && Equals(other);

    public abstract override int GetHashCode();
}

public sealed class NullValue : Value
{
    internal NullValue()
    {
    }

    public override ValueKind Kind => ValueKind.Null;

    public override bool Equals(Value? other) => other is NullValue;

    public override int GetHashCode() => 0;
}

public sealed class BoolValue : Value
{
    internal BoolValue(bool value) => IsTrue = value;

    public bool IsTrue { get; }

    public override ValueKind Kind => ValueKind.Bool;

    public override bool Equals(Value? other) => other is BoolValue b && b.IsTrue == IsTrue;

    public override int GetHashCode() => IsTrue ? 1 : 2;
}

/// <param name="text">The text; invalid surrogates do not occur.</param>
/// <param name="isSensitive">True where the text was derived from a secret.</param>
public sealed class StringValue(string text, bool isSensitive = false) : Value
{
    public string Text { get; } = text;

    /// <summary>The bytes where they are no UTF-8, such as decoded binary data; null where <see cref="Text"/> is exact.</summary>
    public byte[]? Bytes { get; init; }

    public override bool IsSensitive { get; } = isSensitive;

    public override ValueKind Kind => ValueKind.String;

    public override bool Equals(Value? other) => other is StringValue s && s.Text == Text
        && (ReferenceEquals(s.Bytes, Bytes) || (s.Bytes ?? []).AsSpan().SequenceEqual(Bytes));

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => IsSensitive ? "(secret)" : Text;
}

/// <summary>Something opaque that one component hands to another: a receiver, a secret, a set of rules.</summary>
/// <param name="content">The object handed over; compared by its own equality.</param>
/// <param name="typeName">What users read in errors, such as <c>loki.LogsReceiver</c>.</param>
public sealed class CapsuleValue(object content, string typeName) : Value
{
    public object Content { get; } = content;

    public string TypeName { get; } = typeName;

    public override ValueKind Kind => ValueKind.Capsule;

    public override bool Equals(Value? other) => other is CapsuleValue c && Equals(c.Content, Content);

    public override int GetHashCode() => Content.GetHashCode();
}

/// <summary>Why a call failed; <paramref name="Argument"/> is the 0-based argument at fault, or -1 for the call as a whole.</summary>
public readonly record struct CallError(int Argument, string Message)
{
    /// <summary>Where inside the argument, or null for the argument itself.</summary>
    public ValuePath? Path { get; init; }
}

/// <summary>A function of the standard library: null with <paramref name="error"/> set, or the result.</summary>
public delegate Value? NativeFunction(IReadOnlyList<Value> arguments, out CallError error);

public sealed class FunctionValue(string name, NativeFunction invoke) : Value
{
    public string Name { get; } = name;

    public NativeFunction Invoke { get; } = invoke;

    public override ValueKind Kind => ValueKind.Function;

    public override bool Equals(Value? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}
