import cf from 'cloudfront';
// multiregion.edge, SPDX-License-Identifier: GPL-3.0-or-later. Made of files/edge/viewer_request/src
const aa={301:'Moved Permanently',302:'Found',307:'Temporary Redirect',308:'Permanent Redirect',400:'Bad Request',404:'Not Found',503:'Service Unavailable'};
function F(r,d,a,s){const ae={'content-type':{value:'text/html; charset=utf-8'},'cache-control':{value:'no-store'}};if(a){ae[a]={value:s}}const Q=aa[r];const ax='<!doctype html><html lang="en"><meta charset="utf-8"><title>'+Q+'</title>'+'<meta name="viewport" content="width=device-width"><h1>'+Q+'</h1><p>'+d+'</p></html>';return{statusCode:r,statusDescription:Q,headers:ae,body:{encoding:'text',data:ax}}}
function al(v,ao,k){const r=[301,302,307,308].includes(ao)?ao:301;const u=r===301||r===308?'max-age=3600':'no-store';return{statusCode:r,statusDescription:aa[r],headers:{'location':{value:aY(v,k)},'cache-control':{value:u}}}}
function aY(v,k){const S=v.replace(/^[\/\\]{2,}/,'/');if(!k){return S}const G=S.split('#')[0];return G+(G.includes('?')?'&':'?')+k+S.substring(G.length)}
const C=1024;
const Y=100;
const V="!'()*".split('');
const ar=/[^A-Za-z0-9._~\/-]|\/[.\/]/;
function aK(g){if(g[0]!=='/'||g.length>3*C||ad(g,'/')){return''}if(g.length<=C&&!ar.test(g)){return g}const b=aR(g);return V.some(D=>ad(b,D))?'':b}
function ad(d,aw){return d.split(aw,Y+2).length>Y+1}
function L(d,H){const E=encodeURIComponent(d);const aH=E.length>3*H;return aH||(E.length>H&&2*E.length-encodeURIComponent(E).length>H)}
function aR(g){const b=g.includes('%2F')||g.includes('%2f')?'':ab(g);if(!b||b.includes('\u0000')){return''}if(!b.includes('/.')&&!b.includes('//')){return b}const u=[];const ai=b.split('/');let a='';for(let f=1;f<ai.length;f++){a=ai[f];if(a==='..'){u.pop()}else if(a!==''&&a!=='.'){u.push(a)}}const ay=a===''||a==='.'||a==='..';return'/'+u.join('/')+(ay&&u.length?'/':'')}
function ab(d){try{const n=decodeURIComponent(d);return n.length>C||L(n,C)?null:n}catch(m){return null}}
function y(b){let d=encodeURIComponent(b).replaceAll('%2F','/');if(/[!'()*]/.test(b)){V.forEach(function(D){d=d.replaceAll(D,'%'+D.charCodeAt(0).toString(16).toUpperCase())})}return d}
const w='__EDGE_NAME__';
const W=512;
const R=cf.kvs();
async function aD(h){const ac=h.indexOf('.');const z=ac<0?[h,'*']:[h,'*'+h.substring(ac),'*'];for(let f=0;f<z.length;f++){const c=await P('/h/'+z[f]);if(c){return{name:z[f],record:c}}}return null}
async function aN(a,b){const q='/p/'+a+b;const aV=L(w+q,W)?false:await R.exists(w+q);const c=aV?await P(q):null;return c||{}}
async function aI(av){const c=await P('/n/'+av);const i=c&&c.v===1&&Array.isArray(c.o)?c.o:[];return i.every(t=>t&&typeof t==='string')&&i[0]!==i[1]?i:[]}
async function P(q){if(L(w+q,W)){return null}let d='';let J=null;try{d=await R.get(w+q)}catch(m){J=m}if(J){if(await R.exists(w+q)){throw J}return null}try{const c=JSON.parse(d);return c.v===1||c.v===2?c:{}}catch(m){return{}}}
const at='__EDGE_SELECTS_ORIGINS__';
function aX(e){return at==='true'?aB(e):e}
async function aB(e){try{const i=await aI(cf.edgeLocation.region);if(i.length===2){cf.createRequestOriginGroup({originIds:[{originId:i[0]},{originId:i[1]}],failoverCriteria:{statusCodes:[404,500,502,503,504]}})}else if(i.length===1){cf.selectRequestOriginById(i[0])}}catch(m){console.log('no origin was chosen: '+m)}return e}
const X=1024;
function ap(e){const d=(e.rawQueryString&&e.rawQueryString())||'';if(/^[!-~]*/.exec(d)[0].length===d.length){return d}try{return d.length>X?'':encodeURI(d).replaceAll('%25','%')}catch(m){return''}}
function af(k,z){const ah=[];let N=X;(z||[]).sort().forEach(function(a){const s=k[a]&&k[a].value;if(typeof s!=='string'){return}N-=s.length;const d=N<0?null:ab(s.replaceAll('+',' '));if(d!==null){ah.push(d?a+'='+encodeURIComponent(d):a)}});return N<0?'':ah.join('&')}
function aO(b,B){for(let f=0;B&&f<B.length;f++){const j=B[f][0];if(j.length<=b.length&&b.startsWith(j)&&(b===j||j.endsWith('/')||b[j.length]==='/')){const az=j.endsWith('/')?j.length-1:j.length;return{to:aG(B[f][1],b.substring(az),b===j),status:B[f][2]}}}return null}
function aG(v,aS,aW){return aW?v:v.replace(/\/+$/,'')+y(aS)}
const Z='preview--';
const aq='__Host-edge-';
function aQ(c,a,h,l,o){const ak=c.g?aP(a,h,l):'';if(aF(ak)){return'r/'+ak}const A=c.c&&aE(c.c.n,l,o)?c.c.p:c.p;return typeof A==='string'?A:''}
function aF(a){return a.length<65&&/^[A-Za-z0-9]/.test(a)&&!/[^A-Za-z0-9._-]/.test(a)}
function aP(a,h,l){if(!a.startsWith('*')){return an(l,'preview')}return h.startsWith(Z)?h.split('.',1)[0].substring(Z.length):''}
function aE(aU,l,o){const x=an(l,'canary');return x==='1'||(x!=='0'&&aA(aJ(o))%10000<aU)}
function an(l,a){const x=l[aq+a];return x?x.value:''}
function aJ(o){return o.split('::')[0].split(':').slice(0,4).join(':')}
function aA(d){let K=0x811c9dc5;for(let f=0;f<d.length;f++){K=Math.imul(K^d.charCodeAt(f),0x01000193)}return K>>>0}
function aL(b,am){const a=M(b);if(a.includes('.')){return b}if(am==='s'){return'/index.html'}if(a===''){return b+'index.html'}return b+(am==='h'?'.html':'/index.html')}
function aM(b,aj){const a=M(b);if(aj==='a'&&a!==''&&!a.includes('.')){return{to:y(b+'/'),status:308}}const U=b.substring(0,b.length-1);if(aj==='r'&&a===''&&U!==''&&!M(U).includes('.')){return{to:y(U),status:308}}return null}
function M(b){return b.substring(b.lastIndexOf('/')+1)}
const au=['/_edge/region','/_edge/404.html'];
async function handler(I){try{return await aT(I.request,I.viewer.ip)}catch(m){const t=I.context.requestId;console.log(t+' '+m);return F(503,'Something went wrong here. The number of this request is '+t+'.','x-request-id',t)}}
async function aT(e,o){if(au.includes(e.uri)){return T(e,e.uri,'')}const b=aK(e.uri);const h=aC(e.headers.host.value);const n=await aD(h);if(!n){return ag()}const c=n.record;if(typeof c.m==='number'){return F(503,'This site is being worked on and will be back soon.','retry-after',String(c.m))}if(!b){return F(400,'This address cannot be read.')}const p=c.x?await aN(n.name,b):{};if(p.u){return al(p.u,p.s,ap(e))}if(p.o){return T(e,'/'+y(p.o),af(e.querystring,c.q))}const O=p.p?null:aO(b,c.r)||aM(b,c.t);if(O){return al(O.to,O.status,ap(e))}const A=p.p||aQ(c,n.name,h,e.cookies,o);if(!A){return ag()}const g='/'+y(A+aL(b,c.w));return T(e,g,af(e.querystring,c.q))}
function aC(s){const a=s.toLowerCase().split(':',1)[0];return a.endsWith('.')?a.substring(0,a.length-1):a}
function T(e,g,k){e.uri=g;e.querystring=k||{};return aX(e)}
function ag(){return F(404,'There is no site at this address.')}
