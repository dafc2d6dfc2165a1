"""Files that somebody might add as a figure; CANARY and PORT as in `payloads`."""

_SVG = "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink' viewBox='0 0 9 9'>%s</svg>"
DRAWINGS = [
    *(_SVG % inside for inside in [
        "<script>alert(1)</script>",
        "<script href='http://127.0.0.1:PORT/x.js'/>",
        "<path d='M0 0h9' onclick='alert(1)'/>",
        "<image href='http://127.0.0.1:PORT/x.png' width='9' height='9'/>",
        "<image xlink:href='file://CANARY' width='9' height='9'/>",
        "<image xlink:href='CANARY' width='9' height='9'/>",
        "<image href='/etc/passwd' width='9' height='9'/>",
        "<use href='http://127.0.0.1:PORT/x.svg#a'/>",
        "<use xlink:href='CANARY#a'/>",
        "<a href='javascript:alert(1)'><text y='5'>x</text></a>",
        "<foreignObject width='9' height='9'><p xmlns='http://www.w3.org/1999/xhtml'>x</p></foreignObject>",
        "<style>@import 'http://127.0.0.1:PORT/x.css';</style>",
        "<style>@font-face{font-family:x;src:url(http://127.0.0.1:PORT/f)}</style><text font-family='x'>x</text>",
        "<path d='M0 0h9' fill='url(http://127.0.0.1:PORT/x.svg#a)'/>",
        "<path d='M0 0h9' style='fill:url(CANARY)'/>",
        "<filter id='f'><feImage href='http://127.0.0.1:PORT/x.png'/></filter><path d='M0 0h9' filter='url(#f)'/>",
        "<set attributeName='onclick' to='alert(1)'/>",
        "<animate attributeName='href' values='javascript:alert(1)'/>",
        "<g id='a'><use href='#a'/></g>",
        "<g>" * 3000 + "</g>" * 3000,
        "<g id='a0'><path d='M0 0h9'/></g>" + "".join(
            f"<g id='a{n}'>" + f"<use href='#a{n - 1}'/>" * 10 + "</g>" for n in range(1, 10)
        ),
        "<rect width='1e30' height='1e30'/>",
        "<path stroke='red' d='M0 0H9999999' stroke-dasharray='0.0000001'/>",
        "<text y='5'>#read(\"CANARY\")</text>",
        "<text y='5'>{{7*7}} &lt;script&gt;</text>",
    ]),
    "<!DOCTYPE svg [<!ENTITY x SYSTEM 'file://CANARY'>]>" + _SVG % "<text y='5'>&x;</text>",
    "<!DOCTYPE svg [<!ENTITY % x SYSTEM 'http://127.0.0.1:PORT/x.dtd'> %x;]>" + _SVG % "",
    "<!DOCTYPE svg [<!ENTITY a 'aaaaaaaaaa'>" + "".join(
        f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(10)
    ) + "]>" + _SVG % "<text y='5'>&k;</text>",
    "<?xml-stylesheet href='http://127.0.0.1:PORT/x.css'?>" + _SVG % "<path d='M0 0h9'/>",
    "<xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='CANARY' parse='text'/>",
    "<html><script>alert(1)</script></html>",
    "GIF89a/*<svg/onload=alert(1)>*/",
]  # fmt: skip
