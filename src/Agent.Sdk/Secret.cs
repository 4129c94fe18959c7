namespace Agent.Sdk;

/// <summary>Text that must never be shown: it prints as <c>(secret)</c>, and only <see cref="Reveal"/> gives it away.</summary>
public sealed class Secret(string value) : IEquatable<Secret>
{
    public const string Redacted = "(secret)";

    public string Reveal() => value;

    public bool Equals(Secret? other) => other is not null && string.Equals(other.Reveal(), value, StringComparison.Ordinal);

    public override bool Equals(object? obj) => Equals(obj as Secret);

    public override int GetHashCode() => value.GetHashCode(StringComparison.Ordinal);

    public override string ToString() => Redacted;
}

/// <summary>Text that may or may not be a secret, such as a file's content; it converts to a string only where it is none.</summary>
public sealed record OptionalSecret(string Value, bool IsSecret)
{
    public override string ToString() => IsSecret ? Secret.Redacted : Value;
}
