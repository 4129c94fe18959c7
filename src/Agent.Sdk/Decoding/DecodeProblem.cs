using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Sdk.Decoding;

/// <summary>Says why one value could not be decoded, and where inside it the fault lies.</summary>
public sealed class DecodeProblem
{
    /// <summary>What is wrong, worded to follow the expression's text; null where nothing is wrong but a part is not known yet.</summary>
    public string? Message { get; private set; }

    /// <summary>The place inside the value, such as <c>[2].job</c>.</summary>
    public string Path { get; private set; } = "";

    /// <summary>True where the value itself is of the right type and breaks a rule of that type.</summary>
    public bool IsInvalid { get; private set; }

    public void Clear() => (Message, Path, IsInvalid) = (null, "", false);

    /// <summary>The value has the wrong type; always false, for callers to return.</summary>
    public bool WrongType(Value value, string wanted) => Fail($"should be {wanted}, got {NameOf(value)}");

    /// <summary>The type is right and the content is not; always false, for callers to return.</summary>
    public bool Invalid(string message)
    {
        IsInvalid = true;
        return Fail(message);
    }

    /// <summary>The value is not known yet: an error only where no value of its type would do.</summary>
    public void NotKnown(SchemaType given, SchemaType wanted)
    {
        if (!SchemaFit.Fits(given, wanted))
        {
            Fail($"should be {wanted.Name}, got {given.Name}");
        }
    }

    public bool Fail(string message)
    {
        Message = message;
        return false;
    }

    /// <summary>Puts a step in front of the path while the decoders of outer values return.</summary>
    public void Within(string step) => Path = step + Path;

    private static string NameOf(Value value) => value.Kind switch
    {
        ValueKind.Null => "null",
        ValueKind.Number => "number",
        ValueKind.String => "string",
        ValueKind.Bool => "bool",
        ValueKind.Array => "array",
        ValueKind.Object => "object",
        ValueKind.Function => "function",
        ValueKind.Capsule => "capsule",
        _ => "unknown",
    };
}
