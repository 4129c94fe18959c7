using Agent.Sdk.Decoding;

namespace Agent.Components.Discovery;

internal static class IntervalRule
{
    public static void RequirePositive(this TimeSpan interval, ValidationContext context, string name)
    {
        if (interval <= TimeSpan.Zero)
        {
            context.Error(name, $"cannot refresh targets: {name} must be greater than 0");
        }
    }
}
