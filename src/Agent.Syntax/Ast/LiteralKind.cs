namespace Agent.Syntax;

public enum LiteralKind
{
    Null,
    Bool,

    /// <summary>An integer written in decimal digits.</summary>
    Number,

    /// <summary>A number with a fraction or an exponent.</summary>
    Float,

    /// <summary>A string in double quotes, or a raw string in backticks.</summary>
    String,
}
