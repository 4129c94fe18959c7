namespace Agent.EndToEnd;

/// <summary>A theory over the published native binary: skips, and says so, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NativeTheoryAttribute : TheoryAttribute
{
    public NativeTheoryAttribute()
    {
        if (NativeBinary.Location is null)
        {
            Skip = NativeBinary.Missing;
        }
    }
}
