namespace Agent.Components.Common.JmesPath;

/// <summary>Comparisons and arithmetic. Ordering and arithmetic of anything but numbers is null, not an error.</summary>
internal sealed class BinaryNode(string operation, JmesNode left, JmesNode right) : JmesNode
{
    public override JmesValue Evaluate(JmesValue current, JmesScope scope)
    {
        JmesValue first = left.Evaluate(current, scope);
        JmesValue second = right.Evaluate(current, scope);
        if (operation is "==" or "!=")
        {
            return JmesValue.Of(first.SameAs(second) == (operation == "=="));
        }
        if (first.Kind != JmesKind.Number || second.Kind != JmesKind.Number)
        {
            return JmesValue.Null;
        }
        double a = first.AsNumber;
        double b = second.AsNumber;
        return operation switch
        {
            "<" => JmesValue.Of(a < b),
            "<=" => JmesValue.Of(a <= b),
            ">" => JmesValue.Of(a > b),
            ">=" => JmesValue.Of(a >= b),
            "+" => JmesValue.Of(a + b),
            "-" => JmesValue.Of(a - b),
            "/" => Quotient(a / b),
            "//" => Quotient(Math.Floor(a / b)),
            "%" => Quotient(a % b),
            _ => JmesValue.Of(a * b),
        };
    }

    // JSON has no infinity.
    private static JmesValue Quotient(double value) =>
        double.IsFinite(value) ? JmesValue.Of(value) : throw new JmesException("not a number: division by zero");
}
