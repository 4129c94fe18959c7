namespace Agent.Testing;

/// <summary>A test over the golden data: skips, and says so, where the data is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ConformanceFactAttribute : FactAttribute
{
    public ConformanceFactAttribute()
    {
        if (Conformance.Root is null)
        {
            Skip = Conformance.Missing;
        }
    }
}
