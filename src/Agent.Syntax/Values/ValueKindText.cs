namespace Agent.Syntax.Values;

/// <summary>How types are named in messages.</summary>
public static class ValueKindText
{
    public static string Text(this ValueKind kind) => kind switch
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
