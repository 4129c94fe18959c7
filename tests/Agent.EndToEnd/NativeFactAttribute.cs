namespace Agent.EndToEnd;

/// <summary>A test of the published native binary: skips, and says so, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NativeFactAttribute : FactAttribute
{
    public NativeFactAttribute()
    {
        if (NativeBinary.Location is null)
        {
            Skip = NativeBinary.Missing;
        }
    }
}
