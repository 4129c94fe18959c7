namespace Agent.Testing;

/// <summary>A theory over the golden data: skips, and says so, where the data is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ConformanceTheoryAttribute : TheoryAttribute
{
    public ConformanceTheoryAttribute()
    {
        if (Conformance.Root is null)
        {
            Skip = Conformance.Missing;
        }
    }
}
