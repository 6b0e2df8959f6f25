import cf from 'cloudfront';
// multiregion.edge, SPDX-License-Identifier: GPL-3.0-or-later. Made of files/edge/viewer_request/src
const aa={301:'Moved Permanently',302:'Found',307:'Temporary Redirect',308:'Permanent Redirect',400:'Bad Request',404:'Not Found',503:'Service Unavailable'};
function G(s,d,a,t){const ae={'content-type':{value:'text/html; charset=utf-8'},'cache-control':{value:'no-store'}};if(a){ae[a]={value:t}}const Q=aa[s];const ay='<!doctype html><html lang="en"><meta charset="utf-8"><title>'+Q+'</title>'+'<meta name="viewport" content="width=device-width"><h1>'+Q+'</h1><p>'+d+'</p></html>';return{statusCode:s,statusDescription:Q,headers:ae,body:{encoding:'text',data:ay}}}
function al(w,ao,l){const s=[301,302,307,308].includes(ao)?ao:301;const v=s===301||s===308?'max-age=3600':'no-store';return{statusCode:s,statusDescription:aa[s],headers:{'location':{value:aY(w,l)},'cache-control':{value:v}}}}
function aY(w,l){const S=w.replace(/^[\/\\]{2,}/,'/');if(!l){return S}const j=S.split('#')[0];return j+(j.includes('?')?'&':'?')+l+S.substring(j.length)}
const D=1024;
const Y=100;
const V="!'()*".split('');
const at=/[^A-Za-z0-9._~\/-]|\/[.\/]/;
function aL(g){if(g[0]!=='/'||g.length>3*D||ad(g,'/')){return''}if(g.length<=D&&!at.test(g)){return g}const b=aS(g);return V.some(E=>ad(b,E))?'':b}
function ad(d,ax){return d.split(ax,Y+2).length>Y+1}
function L(d,H){const F=encodeURIComponent(d);const aI=F.length>3*H;return aI||(F.length>H&&2*F.length-encodeURIComponent(F).length>H)}
function aS(g){const b=g.includes('%2F')||g.includes('%2f')?'':ab(g);if(!b||b.includes('\u0000')){return''}if(!b.includes('/.')&&!b.includes('//')){return b}const v=[];const ai=b.split('/');let a='';for(let f=1;f<ai.length;f++){a=ai[f];if(a==='..'){v.pop()}else if(a!==''&&a!=='.'){v.push(a)}}const az=a===''||a==='.'||a==='..';return'/'+v.join('/')+(az&&v.length?'/':'')}
function ab(d){try{const o=decodeURIComponent(d);return o.length>D||L(o,D)?null:o}catch(n){return null}}
function z(b){let d=encodeURIComponent(b).replaceAll('%2F','/');if(/[!'()*]/.test(b)){V.forEach(function(E){d=d.replaceAll(E,'%'+E.charCodeAt(0).toString(16).toUpperCase())})}return d}
const x='__EDGE_NAME__';
const W=512;
const R=cf.kvs();
async function aE(h){const ac=h.indexOf('.');const A=ac<0?[h,'*']:[h,'*'+h.substring(ac),'*'];for(let f=0;f<A.length;f++){const c=await P('/h/'+A[f]);if(c){return{name:A[f],record:c}}}return null}
async function aO(a,b){const r='/p/'+a+b;const aW=L(x+r,W)?false:await R.exists(x+r);const c=aW?await P(r):null;return c||{}}
async function aJ(aw){const c=await P('/n/'+aw);const i=c&&c.v===1&&Array.isArray(c.o)?c.o:[];return i.every(u=>u&&typeof u==='string')&&i[0]!==i[1]?i:[]}
async function P(r){if(L(x+r,W)){return null}let d='';let J=null;try{d=await R.get(x+r)}catch(n){J=n}if(J){if(await R.exists(x+r)){throw J}return null}try{const c=JSON.parse(d);return c.v===1||c.v===2?c:{}}catch(n){return{}}}
const au='__EDGE_SELECTS_ORIGINS__';
function aX(e){return au==='true'?aC(e):e}
async function aC(e){try{const i=await aJ(cf.edgeLocation.region);if(i.length===2){cf.createRequestOriginGroup({originIds:[{originId:i[0]},{originId:i[1]}],failoverCriteria:{statusCodes:[404,500,502,503,504]}})}else if(i.length===1){cf.selectRequestOriginById(i[0])}}catch(n){console.log('no origin was chosen: '+n)}return e}
const X=1024;
function aq(e){const d=(e.rawQueryString&&e.rawQueryString())||'';if(/^[!-~]*/.exec(d)[0].length===d.length){return d}try{return d.length>X?'':encodeURI(d).replaceAll('%25','%')}catch(n){return''}}
function af(l,A){const ah=[];let N=X;(A||[]).sort().forEach(function(a){const t=l[a]&&l[a].value;if(typeof t!=='string'){return}N-=t.length;const d=N<0?null:ab(t.replaceAll('+',' '));if(d!==null){ah.push(d?a+'='+encodeURIComponent(d):a)}});return N<0?'':ah.join('&')}
function aP(b,C){for(let f=0;C&&f<C.length;f++){const k=C[f][0];if(k.length<=b.length&&b.startsWith(k)&&(b===k||k.endsWith('/')||b[k.length]==='/')){const aA=k.endsWith('/')?k.length-1:k.length;return{to:aH(C[f][1],b.substring(aA),b===k),status:C[f][2]}}}return null}
function aH(w,aT,ap){let j=w;while(!ap&&j.endsWith('/')){j=j.substring(0,j.length-1)}return ap?w:j+z(aT)}
const Z='preview--';
const ar='__Host-edge-';
function aR(c,a,h,m,p){const ak=c.g?aQ(a,h,m):'';if(aG(ak)){return'r/'+ak}const B=c.c&&aF(c.c.n,m,p)?c.c.p:c.p;return typeof B==='string'?B:''}
function aG(a){return a.length<65&&/^[A-Za-z0-9]/.test(a)&&!/[^A-Za-z0-9._-]/.test(a)}
function aQ(a,h,m){if(!a.startsWith('*')){return an(m,'preview')}return h.startsWith(Z)?h.split('.',1)[0].substring(Z.length):''}
function aF(aV,m,p){const y=an(m,'canary');return y==='1'||(y!=='0'&&aB(aK(p))%10000<aV)}
function an(m,a){const y=m[ar+a];return y?y.value:''}
function aK(p){return p.split('::')[0].split(':').slice(0,4).join(':')}
function aB(d){let K=0x811c9dc5;for(let f=0;f<d.length;f++){K=Math.imul(K^d.charCodeAt(f),0x01000193)}return K>>>0}
function aM(b,am){const a=M(b);if(a.includes('.')){return b}if(am==='s'){return'/index.html'}if(a===''){return b+'index.html'}return b+(am==='h'?'.html':'/index.html')}
function aN(b,aj){const a=M(b);if(aj==='a'&&a!==''&&!a.includes('.')){return{to:z(b+'/'),status:308}}const U=b.substring(0,b.length-1);if(aj==='r'&&a===''&&U!==''&&!M(U).includes('.')){return{to:z(U),status:308}}return null}
function M(b){return b.substring(b.lastIndexOf('/')+1)}
const av=['/_edge/region','/_edge/404.html'];
async function handler(I){try{return await aU(I.request,I.viewer.ip)}catch(n){const u=I.context.requestId;console.log(u+' '+n);return G(503,'Something went wrong here. The number of this request is '+u+'.','x-request-id',u)}}
async function aU(e,p){if(av.includes(e.uri)){return T(e,e.uri,'')}const b=aL(e.uri);const h=aD(e.headers.host.value);const o=await aE(h);if(!o){return ag()}const c=o.record;if(typeof c.m==='number'){return G(503,'This site is being worked on and will be back soon.','retry-after',String(c.m))}if(!b){return G(400,'This address cannot be read.')}const q=c.x?await aO(o.name,b):{};if(q.u){return al(q.u,q.s,aq(e))}if(q.o){return T(e,'/'+z(q.o),af(e.querystring,c.q))}const O=q.p?null:aP(b,c.r)||aN(b,c.t);if(O){return al(O.to,O.status,aq(e))}const B=q.p||aR(c,o.name,h,e.cookies,p);if(!B){return ag()}const g='/'+z(B+aM(b,c.w));return T(e,g,af(e.querystring,c.q))}
function aD(t){const a=t.toLowerCase().split(':',1)[0];return a.endsWith('.')?a.substring(0,a.length-1):a}
function T(e,g,l){e.uri=g;e.querystring=l||{};return aX(e)}
function ag(){return G(404,'There is no site at this address.')}
