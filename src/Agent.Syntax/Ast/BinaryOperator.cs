namespace Agent.Syntax;

/// <summary>The operators between two operands, loosest first.</summary>
public enum BinaryOperator
{
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,

    /// <summary><c>^</c>, the only operator that binds from the right.</summary>
    Power,
}
