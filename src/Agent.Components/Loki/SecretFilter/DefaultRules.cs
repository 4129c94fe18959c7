namespace Agent.Components.Loki.SecretFilter;

/// <summary>The rules that hold where no <c>gitleaks_config</c> is given.</summary>
/// <remarks>
/// Written from the formats that the issuers of these secrets publish. Ids are Gitleaks's where it has such a rule, because users name
/// them in <c>disabledRules</c> and read them in metrics. Keywords are what the format itself guarantees; rules without a fixed part
/// name the words that stand beside such secrets.
/// </remarks>
internal static class DefaultRules
{
    public static SecretRules Read() => GitleaksFile.Parse(Toml);

    private const string Toml = """
        [[rules]]
        id = "aws-access-token"
        regex = '''\b((?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})\b'''
        entropy = 3
        keywords = ["a3t", "akia", "asia", "abia", "acca"]
        [[rules.allowlists]]
        regexes = ['''EXAMPLE$''']

        [[rules]]
        id = "aws-secret-access-key"
        regex = '''(?i)aws[\w.-]{0,20}(?:key|secret)[\w.-]{0,20}["']?\s{0,3}[:=]\s{0,3}["']?([a-z0-9/+]{40})(?:[^a-z0-9/+=]|$)'''
        entropy = 3
        keywords = ["aws"]

        [[rules]]
        id = "aws-amazon-bedrock-api-key-long-lived"
        regex = '''\b(ABSK[A-Za-z0-9+/]{109,269}={0,2})'''
        keywords = ["absk"]

        [[rules]]
        id = "gcp-api-key"
        regex = '''\b(AIza[\w-]{35})'''
        entropy = 3
        keywords = ["aiza"]

        [[rules]]
        id = "gcp-oauth-token"
        regex = '''\b(ya29\.[\w-]{20,})'''
        keywords = ["ya29."]

        [[rules]]
        id = "gcp-oauth-client-secret"
        regex = '''\b(GOCSPX-[\w-]{28})'''
        keywords = ["gocspx-"]

        [[rules]]
        id = "azure-ad-client-secret"
        regex = '''(?:^|[^\w~.-])([a-zA-Z0-9_~.]{3}\dQ~[a-zA-Z0-9_~.-]{31,34})(?:[^\w~.-]|$)'''
        entropy = 3
        keywords = ["q~"]

        [[rules]]
        id = "azure-storage-account-key"
        regex = '''(?i)(?:AccountKey|SharedAccessKey)=([a-z0-9+/]{43,86}={1,2})'''
        keywords = ["accountkey=", "sharedaccesskey="]

        [[rules]]
        id = "azure-sas-signature"
        regex = '''[?&;]sig=([A-Za-z0-9%+/]{40,70}(?:%3[dD]|=))'''
        keywords = ["sig="]

        [[rules]]
        id = "github-pat"
        regex = '''ghp_[0-9a-zA-Z]{36}'''
        entropy = 3
        keywords = ["ghp_"]

        [[rules]]
        id = "github-fine-grained-pat"
        regex = '''github_pat_\w{82}'''
        entropy = 3
        keywords = ["github_pat_"]

        [[rules]]
        id = "github-oauth"
        regex = '''gho_[0-9a-zA-Z]{36}'''
        entropy = 3
        keywords = ["gho_"]

        [[rules]]
        id = "github-app-token"
        regex = '''gh[us]_[0-9a-zA-Z]{36}'''
        entropy = 3
        keywords = ["ghu_", "ghs_"]

        [[rules]]
        id = "github-refresh-token"
        regex = '''ghr_[0-9a-zA-Z]{36}'''
        entropy = 3
        keywords = ["ghr_"]

        [[rules]]
        id = "gitlab-pat"
        regex = '''glpat-[\w-]{20,}'''
        entropy = 3
        keywords = ["glpat-"]

        [[rules]]
        id = "gitlab-token"
        regex = '''gl(?:dt|rt|cbt|ft|imt|agent|soat|ptt|oas)-[\w-]{20,}'''
        entropy = 3
        keywords = ["gldt-", "glrt-", "glcbt-", "glft-", "glimt-", "glagent-", "glsoat-", "glptt-", "gloas-"]

        [[rules]]
        id = "gitlab-rrt"
        regex = '''GR1348941[\w-]{20}'''
        keywords = ["gr1348941"]

        [[rules]]
        id = "atlassian-api-token"
        regex = '''\b(AT(?:ATT|CTT)3[\w=-]{100,250})'''
        keywords = ["atatt3", "atctt3"]

        [[rules]]
        id = "bitbucket-app-password"
        regex = '''\b(ATBB[A-Za-z0-9]{32})\b'''
        entropy = 3
        keywords = ["atbb"]

        [[rules]]
        id = "slack-bot-token"
        regex = '''xoxb-[0-9]{8,14}-[0-9a-zA-Z-]{10,}'''
        keywords = ["xoxb-"]

        [[rules]]
        id = "slack-user-token"
        regex = '''xox[pe](?:-[0-9]{8,14}){1,4}-[a-zA-Z0-9-]{20,}'''
        keywords = ["xoxp-", "xoxe-"]

        [[rules]]
        id = "slack-app-token"
        regex = '''(?i)xapp-\d-[a-z0-9]+-\d+-[a-z0-9]+'''
        keywords = ["xapp-"]

        [[rules]]
        id = "slack-webhook-url"
        regex = '''hooks\.slack\.com/(?:services|workflows|triggers)/([A-Za-z0-9+/]{40,60})'''
        keywords = ["hooks.slack.com"]

        [[rules]]
        id = "discord-webhook-url"
        regex = '''discord(?:app)?\.com/api/webhooks/\d{17,20}/([\w-]{60,80})'''
        keywords = ["/api/webhooks/"]

        [[rules]]
        id = "telegram-bot-api-token"
        regex = '''(?:^|\D)(\d{7,12}:AA[\w-]{33})(?:[^\w-]|$)'''
        keywords = [":aa"]

        [[rules]]
        id = "stripe-access-token"
        regex = '''\b((?:sk|rk)_(?:test|live|prod)_[a-zA-Z0-9]{10,99})'''
        entropy = 2
        keywords = ["sk_test_", "sk_live_", "sk_prod_", "rk_test_", "rk_live_", "rk_prod_"]

        [[rules]]
        id = "webhook-signing-secret"
        regex = '''\b(whsec_[a-zA-Z0-9+/=]{24,})'''
        keywords = ["whsec_"]

        [[rules]]
        id = "square-access-token"
        regex = '''\b((?:EAAA|sq0atp-|sq0csp-)[\w-]{22,60})\b'''
        entropy = 3
        keywords = ["eaaa", "sq0atp-", "sq0csp-"]

        [[rules]]
        id = "shopify-token"
        regex = '''shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}'''
        keywords = ["shpat_", "shpca_", "shppa_", "shpss_"]

        [[rules]]
        id = "twilio-api-key"
        regex = '''\b(SK[0-9a-fA-F]{32})\b'''
        entropy = 3
        keywords = ["sk"]

        [[rules]]
        id = "sendgrid-api-token"
        regex = '''\b(SG\.[\w-]{16,32}\.[\w-]{32,64})'''
        keywords = ["sg."]

        [[rules]]
        id = "mailgun-private-api-token"
        regex = '''\b(key-[a-f0-9]{32})\b'''
        keywords = ["key-"]

        [[rules]]
        id = "mailchimp-api-key"
        regex = '''\b([a-f0-9]{32}-us\d{1,2})\b'''
        keywords = ["-us"]

        [[rules]]
        id = "postman-api-token"
        regex = '''\b(PMAK-[a-fA-F0-9]{24}-[a-fA-F0-9]{34})\b'''
        keywords = ["pmak-"]

        [[rules]]
        id = "npm-access-token"
        regex = '''\b(npm_[a-zA-Z0-9]{36})\b'''
        entropy = 2
        keywords = ["npm_"]

        [[rules]]
        id = "pypi-upload-token"
        regex = '''pypi-AgE[\w-]{50,1000}'''
        keywords = ["pypi-age"]

        [[rules]]
        id = "rubygems-api-token"
        regex = '''\b(rubygems_[a-f0-9]{48})\b'''
        keywords = ["rubygems_"]

        [[rules]]
        id = "nuget-api-key"
        regex = '''\b(oy2[a-z0-9]{43})\b'''
        entropy = 3
        keywords = ["oy2"]

        [[rules]]
        id = "docker-access-token"
        regex = '''\b(dckr_(?:pat|oat)_[\w-]{20,})'''
        keywords = ["dckr_pat_", "dckr_oat_"]

        [[rules]]
        id = "hashicorp-tf-api-token"
        regex = '''[a-zA-Z0-9]{14}\.atlasv1\.[\w=-]{60,70}'''
        keywords = [".atlasv1."]

        [[rules]]
        id = "vault-service-token"
        regex = '''\b(hv[sr]\.[\w-]{24,300})'''
        keywords = ["hvs.", "hvr."]

        [[rules]]
        id = "vault-batch-token"
        regex = '''\b(hvb\.[\w-]{60,400})'''
        keywords = ["hvb."]

        [[rules]]
        id = "digitalocean-token"
        regex = '''\b(do[opr]_v1_[a-f0-9]{64})\b'''
        keywords = ["doo_v1_", "dop_v1_", "dor_v1_"]

        [[rules]]
        id = "cloudflare-origin-ca-key"
        regex = '''\b(v1\.0-[a-f0-9]{24}-[a-f0-9]{146})\b'''
        keywords = ["v1.0-"]

        [[rules]]
        id = "heroku-api-key-v2"
        regex = '''\b(HRKU-AA[\w-]{58})'''
        keywords = ["hrku-aa"]

        [[rules]]
        id = "netlify-access-token"
        regex = '''\b(nf[ocpu]_[a-zA-Z0-9]{36})\b'''
        keywords = ["nfo_", "nfc_", "nfp_", "nfu_"]

        [[rules]]
        id = "flyio-access-token"
        regex = '''\b((?:fo1_[\w-]{43}|fm[12][ar]?_[a-zA-Z0-9+/]{100,}={0,3}))'''
        keywords = ["fo1_", "fm1", "fm2_"]

        [[rules]]
        id = "databricks-api-token"
        regex = '''\b(dapi[a-f0-9]{32}(?:-\d)?)\b'''
        keywords = ["dapi"]

        [[rules]]
        id = "planetscale-token"
        regex = '''\b(pscale_(?:tkn|oauth|pw)_[\w=.-]{32,64})'''
        keywords = ["pscale_"]

        [[rules]]
        id = "grafana-cloud-api-token"
        regex = '''\b(glc_[A-Za-z0-9+/]{32,400}={0,3})'''
        entropy = 3
        keywords = ["glc_"]

        [[rules]]
        id = "grafana-service-account-token"
        regex = '''\b(glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8})\b'''
        keywords = ["glsa_"]

        [[rules]]
        id = "grafana-api-key"
        regex = '''\b(eyJrIjoi[A-Za-z0-9]{60,400}={0,3})'''
        keywords = ["eyjrijoi"]

        [[rules]]
        id = "new-relic-key"
        regex = '''\b(NR(?:AK|II|JS|BR)-[a-zA-Z0-9_-]{19,40})'''
        keywords = ["nrak-", "nrii-", "nrjs-", "nrbr-"]

        [[rules]]
        id = "sentry-token"
        regex = '''\b(sntry[su]_[\w+/=]{60,400})'''
        keywords = ["sntrys_", "sntryu_"]

        [[rules]]
        id = "dynatrace-api-token"
        regex = '''\b(dt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64})\b'''
        keywords = ["dt0"]

        [[rules]]
        id = "pulumi-api-token"
        regex = '''\b(pul-[a-f0-9]{40})\b'''
        keywords = ["pul-"]

        [[rules]]
        id = "doppler-api-token"
        regex = '''\b(dp\.(?:pt|st|ct|sa|scim|audit)\.[\w.-]{40,60})'''
        keywords = ["dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit."]

        [[rules]]
        id = "linear-api-key"
        regex = '''\b(lin_(?:api|oauth)_[a-zA-Z0-9]{40,64})\b'''
        keywords = ["lin_api_", "lin_oauth_"]

        [[rules]]
        id = "notion-api-token"
        regex = '''\b(ntn_[a-zA-Z0-9]{40,50})\b'''
        keywords = ["ntn_"]

        [[rules]]
        id = "openai-api-key"
        regex = '''\b(sk-(?:proj-|svcacct-|admin-)?[\w-]{20,160})'''
        entropy = 3.5
        keywords = ["sk-"]

        [[rules]]
        id = "anthropic-api-key"
        regex = '''\b(sk-ant-[a-z]+\d{2}-[\w-]{80,120})'''
        keywords = ["sk-ant-"]

        [[rules]]
        id = "huggingface-access-token"
        regex = '''\b((?:hf|api_org)_[a-zA-Z]{34})\b'''
        entropy = 2
        keywords = ["hf_", "api_org_"]

        [[rules]]
        id = "age-secret-key"
        regex = '''AGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}'''
        keywords = ["age-secret-key-1"]

        # To the end marker, or to the end of the line where the marker stands in another one.
        [[rules]]
        id = "private-key"
        regex = '''(?i)-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----((?s:.*?)-----END[ A-Z0-9_-]{0,100}-----|(?s:.+))'''
        keywords = ["private key"]

        [[rules]]
        id = "jwt"
        regex = '''\b(eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}={0,2})'''
        entropy = 3
        keywords = ["eyj"]

        [[rules]]
        id = "url-credentials"
        regex = '''://[^\s/?#:@"'<>]{0,128}:([^\s/?#:@"'<>]{3,256})@'''
        keywords = ["://"]
        [[rules.allowlists]]
        regexes = ['''^(?i:x{3,}|\*{3,}|redacted|\(secret\)|<secret>|\$\{?\w+\}?)$''']

        [[rules]]
        id = "authorization-header"
        regex = '''(?i)authorization["']?\s{0,3}[:=]\s{0,3}["'\[]{0,2}(?:bearer|basic|token|apikey|bot)\s{1,3}([\w+/=.~:-]{8,1000})'''
        keywords = ["authorization"]

        [[rules]]
        id = "generic-api-key"
        regex = '''(?i)(?:access|auth|api|credential|creds|key|passw(?:or)?d|pwd|secret|token)[\w.-]{0,20}["'\]]{0,2}\s{0,3}(?:=|:|=>|:=)\s{0,3}["'`]{0,2}([\w.=+/-]{10,150})(?:["'`\s;,&)}\]]|$)'''
        entropy = 3.5
        keywords = ["access", "api", "auth", "key", "credential", "creds", "passwd", "password", "pwd", "secret", "token"]
        # Names, versions, paths and times: without a digit, or with nothing else that is random.
        [[rules.allowlists]]
        regexes = [
          '''^[a-zA-Z_.=/+-]+$''',
          '''^\d{4}-\d{2}-\d{2}''',
          '''^[\d.:/-]+$''',
          '''^/?[a-z0-9._-]+(?:/[a-z0-9._-]+)+/?$''',
        ]
        stopwords = ["example", "localhost", "redacted", "0000000000", "1234567890", "abcdefghij"]
        [[rules.allowlists]]
        regexTarget = "match"
        regexes = ['''(?i)^(?:access|auth|api|key|token)[_-]?(?:id|name|type|version|count|length|path|file|time|ms|group|log)\b''']
        """;
}
