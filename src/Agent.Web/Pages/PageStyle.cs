namespace Agent.Web.Pages;

internal static class PageStyle
{
    public const string Css = """
        :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
        main { max-width: 90rem; margin: 1.5rem auto; padding: 0 1rem; }
        table { border-collapse: collapse; width: 100%; }
        th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #8884; overflow-wrap: anywhere; }
        pre { background: #8881; padding: .8rem; overflow-x: auto; }
        .health { border-radius: .3rem; padding: .05rem .4rem; color: #fff; background: #667; }
        .healthy { background: #1a7f37; }
        .unhealthy, .failed { background: #b3261e; }
        .exited { background: #9a6700; }

        """;
}
