namespace Agent.EndToEnd.Web;

/// <summary>A test of a view of <see cref="ConveyorUi"/>: skips, and says so, where something that it needs is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ConveyorViewFactAttribute : FactAttribute
{
    /// <param name="axe">Whether the test needs axe-core too.</param>
    public ConveyorViewFactAttribute(bool axe = false) => Skip = ConveyorUi.Lack ?? (axe ? Accessibility.Lack : null);
}
