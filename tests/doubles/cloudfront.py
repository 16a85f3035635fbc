"""CloudFront before a bucket: nginx runs the function that was built, then asks the S3 API.

The function gets an event as documented (developer guide, "CloudFront Functions event structure"):
path and query as the viewer sent them; what it returns is either a request for the origin or an
answer. A response headers policy adds CORS, as the operators' page asks for.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.doubles.s3 import BUCKET, Store
from tests.hosting import Hosted, Site, nginx_command, running

_DOUBLE = """
function event(r) {
    var target = r.variables.request_uri;
    var mark = target.indexOf('?');
    var query = {};
    if (mark >= 0) target.slice(mark + 1).split('&').forEach(function (pair) {
        var equals = pair.indexOf('=');
        var name = equals < 0 ? pair : pair.slice(0, equals);
        var value = equals < 0 ? '' : pair.slice(equals + 1);
        if (query[name]) query[name].multiValue = (query[name].multiValue || [{value: query[name].value}]).concat([{value: value}]);
        else query[name] = {value: value};
    });
    return {version: '1.0', request: {method: r.method, uri: mark < 0 ? target : target.slice(0, mark), querystring: query}};
}
function handle(r) {
    var found = handler(event(r));
    if (found.statusCode) {
        for (var name in found.headers) r.headersOut[name] = found.headers[name].value;
        r.return(found.statusCode, found.body ? found.body.data : '');
        return;
    }
    r.variables.key = found.uri;
    r.internalRedirect('@origin');
}
export default {handle};
"""


@contextmanager
def cloudfront(site: Site, store: Store, prefix: str) -> Iterator[Hosted]:
    """Serve what was deployed below a prefix of the bucket, anonymously readable."""
    function = (site.out / "host" / "cloudfront.js").read_text()
    (site.folder / "edge.js").write_text(f"{function}\n{_DOUBLE}")
    policy = (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",'
        f'"Action":["s3:GetObject","s3:ListBucket"],"Resource":["arn:aws:s3:::{BUCKET}",'
        f'"arn:aws:s3:::{BUCKET}/*"]}}]}}'
    )
    store.client.put_bucket_policy(Bucket=BUCKET, Policy=policy)
    body = f"""
    js_import edge from {site.folder}/edge.js;
    server {{
        listen 127.0.0.1:{site.port};
        set $key "";
        merge_slashes off;
        large_client_header_buffers 4 20k;
        location / {{ js_content edge.handle; }}
        location @origin {{
            proxy_pass http://{urlsplit(store.endpoint).netloc}/{BUCKET}/{prefix}$key;
            proxy_method GET;
            # moto lets nobody ask HEAD without a signature
            proxy_intercept_errors on;
            error_page 403 404 =404 /missing;
            proxy_hide_header Access-Control-Allow-Origin;
            add_header Access-Control-Allow-Origin * always;
        }}
        location = /missing {{
            internal;
            default_type application/json;
            add_header Access-Control-Allow-Origin * always;
            return 404 '{{"error":"Not found"}}';
        }}
    }}"""
    with running(nginx_command(site.folder, body), site.port, site.folder / "nginx.log"):
        yield Hosted(site.url, site.out)
